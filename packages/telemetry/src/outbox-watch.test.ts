import { getEventListeners } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { nextChange } from './outbox-watch.ts'

const FOREVER = 2 ** 31 - 1

test('a file that came between the last look and the watch is not waited for', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'event'), '')
  const missed = () => readdirSync(directory).length > 0
  await nextChange(directory, { most: FOREVER, gather: 0, missed, signal: new AbortController().signal })
})

test('nor is one that comes while the directory is watched', async () => {
  const directory = temporaryDirectory()
  let looks = 0
  const missed = () => {
    looks += 1
    return false
  }
  const change = nextChange(directory, {
    most: FOREVER,
    gather: 0,
    missed,
    signal: new AbortController().signal,
  })
  writeFileSync(join(directory, 'event'), '')
  await change
  expect(looks).toBe(1)
})

test('a courier that is to end waits for nothing, neither where it was told before nor while it waits', async () => {
  const directory = temporaryDirectory()
  const ends = new AbortController()
  const patience = { most: FOREVER, gather: FOREVER, missed: () => false, signal: ends.signal }
  const waiting = nextChange(directory, patience)
  ends.abort()
  await waiting
  await nextChange(directory, patience)
})

test('of all that a courier waits for, nothing is left where it has waited', async () => {
  const directory = temporaryDirectory()
  const { signal } = new AbortController()
  const before = await watching()
  await nextChange(directory, { most: 0, gather: 0, missed: () => false, signal })
  expect([getEventListeners(signal, 'abort').length, await watching()]).toEqual([0, before])
})

test('a change is left alone for a moment and no longer, whatever else comes meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const directory = temporaryDirectory()
  const before = await watching()
  const { signal } = new AbortController()
  let isOver = false
  const change = nextChange(directory, { most: 50, gather: 100, missed: () => true, signal }).then(() => {
    isOver = true
  })
  expect([vi.getTimerCount(), await watching()]).toEqual([1, before])
  await vi.advanceTimersByTimeAsync(99)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(isOver).toBe(true)
  await change
})

/** How many directories are watched. */
async function watching(): Promise<number> {
  // What is closed counts until the end of a turn of the event loop.
  await nextTurn()
  await nextTurn()
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap').length
}
