import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { guard, metadata, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { withoutRoot } from '../test/without-root.ts'
import { assemble } from './assemble.ts'
import { runCourier } from './courier.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { afterFailure, openCourierState, readCourierState } from './courier-state.ts'
import { catalogueOf } from './events.ts'
import { createGuard, type StoredEvent } from './guard.ts'
import { makePlace } from './make-place.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { type Places, placesOf } from './places.ts'
import { readSentLog } from './sent-log.ts'
import { type Misbehaviour, startReceiver } from './testing/receiver.ts'

const NEVER = new AbortController().signal
/** Sends what there is, waits for nothing, and is left alone. */
const AT_ONCE = { firstWait: 0, linger: 0, gather: 0, hurry: NEVER, stop: NEVER }

/** A home whose events go to a receiver. */
async function served() {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  return { home: temporaryDirectory(), receiver, destination: { host: receiver.url, apiKey: 'phc_test' } }
}

test('what waits for a destination that is configured no more goes after its days, though nobody sends there', async () => {
  const home = temporaryDirectory()
  const abandoned = placesOf(visivo, home, { host: 'http://127.0.0.1:1', apiKey: 'phc_old' }).outbox
  const longAgo = Date.now() - 20 * 86_400_000
  // The newer one first: what is too old goes with the next that is recorded.
  const then = openOutbox(abandoned, guard, () => longAgo)
  then.put(sampleEvent())
  then.put(sampleEvent(longAgo))
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_new' }
  const waiting = () => openOutbox(abandoned, guard).waiting().length
  const before = waiting()
  expect(await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)).toEqual({
    kind: 'done',
  })
  expect([before, waiting()]).toEqual([2, 1])
})

test('what has waited for longer than its days is not sent any more, though nobody recorded since', async () => {
  const { home, receiver, destination } = await served()
  const { outbox } = placesOf(visivo, home, destination)
  const longAgo = Date.now() - 20 * 86_400_000
  openOutbox(outbox, guard, () => longAgo).put(sampleEvent(longAgo))
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect([receiver.connections, readdirSync(outbox)]).toEqual([0, []])
})

test('a courier that starts behind a purge makes nothing anew', async () => {
  const { home, destination } = await served()
  const job = { product: visivo, home, destination, extras: {}, claim: 1 }
  await expect(runCourier(job, AT_ONCE)).rejects.toThrow('ENOENT')
  expect(readdirSync(home)).toEqual([])
})

test('a courier that was asked to wait, for longer than it stays, asks nobody and ends', async () => {
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  const outbox = openOutbox(places.outbox, guard)
  outbox.put(sampleEvent())
  const state = openCourierState(places.state)
  state.write(afterFailure(state.read(), Date.now(), 'the server answered 503'))
  expect(await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)).toEqual({
    kind: 'later',
    reason: 'an earlier attempt failed; the next is due later',
  })
  expect([receiver.connections, outbox.waiting().length]).toEqual([0, 1])
})

test.skipIf(process.platform === 'win32').each([
  ['takes', 200],
  ['refuses', 400],
])('what the server %s, and the disk does not let go of, is not sent over and over', (_, status) =>
  withoutRoot(async () => {
    const { home, receiver, destination } = await served()
    const { outbox: directory } = placesOf(visivo, home, destination)
    const outbox = openOutbox(directory, guard)
    outbox.put(sampleEvent())
    onTestFinished(() => chmodSync(directory, 0o700))
    const stop = new AbortController()
    const towards = () => {
      chmodSync(directory, 0o500)
      if (receiver.bodies.length > 0) stop.abort()
      return true
    }
    receiver.misbehave({ status, towards })
    const terms = { ...AT_ONCE, stop: stop.signal }
    expect(await runCourier({ product: visivo, home, destination, extras: {} }, terms)).toEqual({
      kind: 'done',
    })
    expect([receiver.bodies.length, outbox.waiting().length]).toEqual([1, 1])
  }),
)

test('a failure is noted with the pause that the server asked for, which the couriers to come keep', async () => {
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  openOutbox(places.outbox, guard).put(sampleEvent())
  receiver.misbehave({ status: 503, headers: { 'retry-after': '3600' } })
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  const { failures, retryAt, lastFailure } = readCourierState(places.state)
  expect([failures, lastFailure?.reason]).toEqual([1, 'the server answered 503'])
  expect(retryAt - Date.parse(lastFailure?.at ?? '')).toBe(3_600_000)
})

test('whoever asks for what waits does not send beside a courier that may send: all of it would arrive twice', async () => {
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  openOutbox(places.outbox, guard).put(sampleEvent())
  const claim = claimCourierLock(places.destination, guard.edition()) ?? 0
  const lock = holdCourierLock(places.destination, guard.edition(), claim)
  const asked = { ...AT_ONCE, despiteBackoff: true }
  const end = await runCourier({ product: visivo, home, destination, extras: {} }, asked)
  expect([end, receiver.connections, lock?.held()]).toEqual([{ kind: 'busy' }, 0, true])
})

test.each<[string, number, Misbehaviour, readonly [taken: number, waiting: number]]>([
  ['ends its request, and begins no other', 150, { delay: 100, keeps: true }, [100, 50]],
  ['does not send the halves of what was refused', 2, { delay: 100, status: 400 }, [0, 2]],
])('a courier that has had enough %s', async (_sentence, count, misbehaviour, left) => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  outbox.putAll(Array.from({ length: count }, () => sampleEvent()))
  receiver.misbehave(misbehaviour)
  const enough = new AbortController()
  const terms = { ...AT_ONCE, enough: enough.signal }
  const end = runCourier({ product: visivo, home, destination, extras: {} }, terms)
  await receiver.requested(1)
  enough.abort()
  expect(await end).toEqual({ kind: 'stopped' })
  expect([receiver.bodies.length, receiver.events.length, outbox.waiting().length]).toEqual([1, ...left])
})

test.each<[string, (home: string, outbox: Outbox) => void]>([
  ['what was removed', (_, outbox) => void outbox.clear()],
  [
    'anything, where a file can not be understood by then,',
    (home) => writeFileSync(join(home, '.visivo/config.yml'), 'telemetry_enabled: [maybe\n'),
  ],
])('a courier does not say %s while it was connecting', async (_, meanwhile) => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  outbox.put(sampleEvent())
  const end = runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  // It has looked what waits and whether it may go, and is on its way.
  meanwhile(home, outbox)
  await end
  expect(receiver.bodies).toEqual([])
})

test('on a disk where a hundred files take longer to read than a lock is good for, they go in parts', async () => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  outbox.putAll(Array.from({ length: 100 }, () => sampleEvent()))
  let now = performance.now()
  // As if between any two looks at it a fifth of a second had passed.
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 200))
  onTestFinished(() => clock.mockRestore())
  expect(await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)).toEqual({
    kind: 'done',
  })
  expect([receiver.events.length, outbox.waiting()]).toEqual([100, []])
  expect(receiver.bodies.length).toBeGreaterThan(10)
})

test('a courier that another one has taken over from begins no other request', async () => {
  // What looks every second would break off the request of the first, if the takeover took as long.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  const outbox = openOutbox(places.outbox, guard)
  outbox.putAll(Array.from({ length: 150 }, () => sampleEvent()))
  receiver.misbehave({ delay: 100, keeps: true })
  const end = runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  await receiver.requested(1)
  const claim = claimCourierLock(places.destination, guard.edition(), { anyway: true }) ?? 0
  const lock = holdCourierLock(places.destination, guard.edition(), claim)
  expect(await end).toEqual({ kind: 'stopped' })
  expect([receiver.bodies.length, outbox.waiting().length, lock?.held()]).toEqual([1, 50, true])
})

test.each([
  ['said no for good: nothing is sent, and nothing stays', 'telemetry_enabled: false\n', 0],
  ['has a file that can not be understood: nothing is sent, and all stays', 'telemetry_enabled: [maybe\n', 1],
])('a courier whose person %s', async (_, config, stays) => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  outbox.put(sampleEvent())
  mkdirSync(join(home, '.visivo'), { recursive: true })
  writeFileSync(join(home, '.visivo/config.yml'), config)
  const end = await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect([end, receiver.connections, outbox.waiting().length]).toEqual([{ kind: 'off' }, 0, stays])
})

test('what is recorded while a courier lets go, by who saw it at work and started none, goes with it', async () => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  const letGo = vi
    .spyOn(globalThis, 'clearInterval')
    .mockImplementationOnce(() => void outbox.put(sampleEvent()))
  onTestFinished(() => letGo.mockRestore())
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect([receiver.events.length, outbox.waiting()]).toEqual([1, []])
})

test('what arrived is noted: in the log, and as the end of the failures before it', async () => {
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  const event = sampleEvent()
  openOutbox(places.outbox, guard).put(event)
  openCourierState(places.state).write({ failures: 3, retryAt: 0 })
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect(receiver.events).toHaveLength(1)
  expect(readSentLog(places.sentLog)).toMatchObject([{ event: { uuid: event.uuid } }])
  expect(readCourierState(places.state)).toEqual({
    failures: 0,
    retryAt: 0,
    lastSuccess: expect.stringMatching(/^\d{4}-/),
  })
})

test('the lock of a version that is gone for a day is swept up', async () => {
  const { home, destination } = await served()
  const places = placesOf(visivo, home, destination)
  makePlace('destination', places.destination)
  claimCourierLock(places.destination, 'feedc0de')
  const [lock = ''] = readdirSync(places.destination)
  utimesSync(join(places.destination, lock), 1, 1)
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect(readdirSync(places.destination)).not.toContain(lock)
})

test('a hundred that the server refuses do not hide one that it takes', async () => {
  const { home, receiver, destination } = await served()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  // Names sort by age to the millisecond, and the good ones must be the newest.
  const bad = Array.from({ length: 100 }, () => sampleEvent(Date.now() - 1_000))
  const good = [sampleEvent(), sampleEvent()]
  outbox.putAll([...bad, ...good])
  const isBad = ({ uuid }: { readonly uuid: string }) => bad.some((one) => one.uuid === uuid)
  receiver.misbehave({ status: 400, towards: (batch) => batch.some(isBad) })
  await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
  expect(receiver.events.map(({ uuid }) => uuid).sort()).toEqual(good.map(({ uuid }) => uuid).sort())
  expect(outbox.waiting()).toEqual([])
})

describe('what a version left behind that was updated or removed', () => {
  const cake = { when: 'A cake was baked.', properties: {} }
  const theirs = createGuard(catalogueOf(visivo.versionProperty, { cake }))
  const HOUR = 3_600_000

  /** Lets a courier of ours look once at events of theirs, and gives which of them arrived and which wait. */
  async function looked(events: readonly StoredEvent[], prepare: (places: Places) => void = () => {}) {
    const { home, receiver, destination } = await served()
    const places = placesOf(visivo, home, destination)
    const outbox = openOutbox(places.outbox, theirs)
    outbox.putAll(events)
    prepare(places)
    await runCourier({ product: visivo, home, destination, extras: {} }, AT_ONCE)
    const waiting = outbox.waiting().map((name) => name.slice(0, 36))
    return { arrived: receiver.events.map(({ uuid }) => uuid), waiting }
  }

  test('it is sent an hour later, where this version knows it as well; not sooner, for that one may come', async () => {
    const [old, young] = [sampleEvent(Date.now() - HOUR - 60_000), sampleEvent(Date.now() - HOUR + 60_000)]
    expect(await looked([old, young])).toEqual({ arrived: [old.uuid], waiting: [young.uuid] })
  })

  test('it is sent, and does not wait for a year, where the clock was a year ahead as it was recorded', async () => {
    const [ahead, soon] = [sampleEvent(Date.now() + 365 * 24 * HOUR), sampleEvent(Date.now() + 2 * HOUR)]
    expect(await looked([ahead, soon])).toEqual({ arrived: [ahead.uuid], waiting: [soon.uuid] })
  })

  test('what this version does not know stays', async () => {
    const baked = assemble({ id: sampleEvent().distinct_id, metadata }, 'cake', {}, Date.now() - 2 * HOUR)
    expect(await looked([baked])).toEqual({ arrived: [], waiting: [baked.uuid] })
  })

  test('it is left to a courier of that version that is at work', async () => {
    const event = sampleEvent(Date.now() - 2 * HOUR)
    const atWork = ({ destination }: Places) => {
      const claim = claimCourierLock(destination, theirs.edition()) ?? 0
      holdCourierLock(destination, theirs.edition(), claim)
    }
    expect(await looked([event], atWork)).toEqual({ arrived: [], waiting: [event.uuid] })
  })
})

test('couriers of two catalogues work side by side, each on what it can read', async () => {
  const { home, receiver, destination } = await served()
  const places = placesOf(visivo, home, destination)
  const cake = { when: 'A cake was baked.', properties: {} }
  openOutbox(places.outbox, createGuard(catalogueOf(visivo.versionProperty, { cake }))).put(sampleEvent())
  openOutbox(places.outbox, guard).put(sampleEvent())
  // Neither has its answer before both have asked.
  receiver.misbehave({ delay: 300 })
  const job = { product: visivo, home, destination }
  const both = [
    runCourier({ ...job, extras: {} }, AT_ONCE),
    runCourier({ ...job, extras: { cake } }, AT_ONCE),
  ]
  expect(await Promise.all(both)).toEqual([{ kind: 'done' }, { kind: 'done' }])
  expect(receiver.bodies).toHaveLength(2)
  expect(new Set(receiver.events.map(({ uuid }) => uuid)).size).toBe(2)
})
