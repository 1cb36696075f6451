import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { guard, temporaryDirectory } from '../test/samples.ts'
import { openCourierState } from './courier-state.ts'
import { holdAtExit, holdNow } from './hold-at-exit.ts'
import { placesOf } from './places.ts'
import { uuidV7 } from './uuid-v7.ts'

const edition = guard.edition()

type Last = Parameters<typeof holdAtExit>[0]

test('a program that waits more than once listens for its exit once', () => {
  const places = placesOf(visivo, temporaryDirectory(), { host: 'http://127.0.0.1:1', apiKey: 'phc_test' })
  const before = process.listeners('exit')
  const most = process.getMaxListeners()
  const fresh = () => process.listeners('exit').filter((listener) => !before.includes(listener))
  onTestFinished(() => {
    for (const listener of fresh()) process.off('exit', listener)
    process.setMaxListeners(most)
  })
  for (let time = 0; time < 3; time++) {
    holdAtExit({ places, edition, uuid: uuidV7() })
    holdNow()
  }
  expect([fresh().length, process.getMaxListeners()]).toEqual([1, most + 1])
})

test('a program is not held for a courier that has failed: nothing leaves before it may try again', () => {
  const waits = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
  onTestFinished(() => waits.mockRestore())
  const last = waiting()
  openCourierState(last.places.state).write({ failures: 1, retryAt: Date.now() + 3_600_000 })
  forgetListeners()
  holdAtExit(last)
  holdNow()
  expect(waits).not.toHaveBeenCalled()
})

test('a program that records by two telemetries, and for two PostHogs, is held as long as by one', () => {
  const waits = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
  // So that only the steps count, however slow the machine is.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
  onTestFinished(() => {
    waits.mockRestore()
    clock.mockRestore()
  })
  const last = waiting()
  const gone = { ...waiting(), uuid: uuidV7() }
  forgetListeners()
  for (const one of [last, { ...last, edition: '01234567' }]) {
    holdAtExit(one)
    holdAtExit(gone)
    holdNow()
  }
  // 900 ms in steps of five.
  expect(waits).toHaveBeenCalledTimes(180)
})

test('a program on a slow disk is held no longer, though it has looked less often', async () => {
  const waits = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
  let now = 0
  // Every look takes a tenth of a second.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 100))
  onTestFinished(() => {
    waits.mockRestore()
    clock.mockRestore()
  })
  const fresh = await programOfItsOwn('slow')
  const last = waiting()
  forgetListeners()
  for (const one of [last, { ...last, edition: '01234567' }]) {
    fresh.holdAtExit(one)
    fresh.holdNow()
  }
  expect(waits.mock.calls.length).toBeGreaterThan(0)
  expect(waits.mock.calls.length).toBeLessThan(10)
})

test.each<[string, (one: Last) => readonly Last[]]>([
  ['for two PostHogs', (one) => [one, waiting()]],
  ['by two telemetries', (one) => [one, { ...one, edition: '01234567', uuid: uuidV7() }]],
])('a program that records %s is held until all of it is on its way', async (sentence, all) => {
  const fresh = await programOfItsOwn(sentence)
  const lasts = all(waiting())
  for (const { places, uuid } of lasts) writeFileSync(join(places.outbox, `${uuid}.json`), '')
  // The courier takes what came last first.
  const toGo = [...lasts]
  const waits = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    const gone = toGo.pop()
    if (gone) rmSync(join(gone.places.outbox, `${gone.uuid}.json`))
    return 'timed-out'
  })
  onTestFinished(() => waits.mockRestore())
  forgetListeners()
  for (const last of lasts) fresh.holdAtExit(last)
  fresh.holdNow()
  expect(lasts.flatMap(({ places }) => readdirSync(places.outbox))).toEqual([])
})

test('a program is not held for what others left there', async () => {
  const waits = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out')
  onTestFinished(() => waits.mockRestore())
  const fresh = await programOfItsOwn('others')
  forgetListeners()
  fresh.holdAtExit({ ...waiting(), uuid: uuidV7() })
  fresh.holdNow()
  expect(waits).not.toHaveBeenCalled()
})

test('a program without a clock, which a test has taken away, ends as it would have', async () => {
  const fresh = await programOfItsOwn('clock')
  const before = process.listeners('exit')
  forgetListeners()
  fresh.holdAtExit(waiting())
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    throw new TypeError('a mock')
  })
  onTestFinished(() => clock.mockRestore())
  const ours = process.listeners('exit').filter((listener) => !before.includes(listener))
  expect(ours).toHaveLength(1)
  for (const atExit of ours) expect(() => atExit(0)).not.toThrow()
})

/** What a program finds that has not been held yet. */
function programOfItsOwn(name: string): Promise<typeof import('./hold-at-exit.ts')> {
  const path = `./hold-at-exit.ts?${name}`
  return import(path)
}

/** Whether the exit is listened for is forgotten with the test. */
function forgetListeners(): void {
  const listening = process.listeners('exit')
  const most = process.getMaxListeners()
  onTestFinished(() => {
    for (const listener of process.listeners('exit'))
      if (!listening.includes(listener)) process.off('exit', listener)
    process.setMaxListeners(most)
  })
}

/** An event that waits, as a program leaves it that records one. */
function waiting() {
  const places = placesOf(visivo, temporaryDirectory(), { host: 'http://127.0.0.1:1', apiKey: 'phc_test' })
  const uuid = uuidV7()
  mkdirSync(places.outbox, { recursive: true })
  writeFileSync(join(places.outbox, `${uuid}.json`), '')
  return { places, edition, uuid }
}
