import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import {
  claimCourierLock,
  courierPid,
  holdCourierLock,
  isCourierAlive,
  isCourierElsewhere,
  type TakesOver,
} from './courier-lock.ts'

/** Higher than any process id that Linux, macOS or Windows gives. */
const NOBODY = '999999999'
/** Digests of catalogues. */
const MINE = 'd1cef00d'
const OTHER = 'feedc0de'

function claim(directory: string, edition = MINE, takesOver: TakesOver = 'from-none') {
  return claimCourierLock(directory, () => edition, takesOver)
}

function acquire(directory: string) {
  const claimed = claim(directory)
  return claimed === undefined ? undefined : holdCourierLock(directory, claimed, MINE)
}

test('only one courier gets the lock, and the next when it was released', () => {
  const directory = temporaryDirectory()
  const first = acquire(directory)
  expect(first?.held()).toBe(true)
  expect([acquire(directory), isCourierAlive(directory), courierPid(directory)]).toEqual([
    undefined,
    true,
    process.pid,
  ])
  first?.release()
  expect(isCourierAlive(directory)).toBe(false)
  expect(acquire(directory)?.held()).toBe(true)
})

test('a courier of another catalogue is relieved by who has an event that it could not read, and by nobody else', () => {
  const directory = temporaryDirectory()
  const older = acquire(directory)
  expect([claim(directory, OTHER), claim(directory, MINE, 'from-others')]).toEqual([undefined, undefined])
  const newer = claim(directory, OTHER, 'from-others')
  expect(newer && holdCourierLock(directory, newer, OTHER)?.held()).toBe(true)
  expect(older?.held()).toBe(false)
})

test('so is one that has not come up yet', () => {
  const directory = temporaryDirectory()
  const older = claim(directory)
  expect([isCourierAlive(directory), isCourierAlive(directory, () => OTHER)]).toEqual([true, false])
  expect(claim(directory, MINE, 'from-others')).toBeUndefined()
  const newer = claim(directory, OTHER, 'from-others')
  expect(older && holdCourierLock(directory, older, MINE)).toBeUndefined()
  expect(newer && holdCourierLock(directory, newer, OTHER)?.held()).toBe(true)
})

test('while all were asked to wait, a person who asks takes over from any', () => {
  const directory = temporaryDirectory()
  const waiting = acquire(directory)
  const asked = claim(directory, MINE, 'from-all')
  expect(asked && holdCourierLock(directory, asked, MINE)?.held()).toBe(true)
  expect(waiting?.held()).toBe(false)
})

test('a program whose clock is an hour off takes a fresh claim for what it is, by the clock of the file system', () => {
  const directory = temporaryDirectory()
  claim(directory)
  const claimAt = (now: number) => claimCourierLock(directory, () => MINE, 'from-others', now)
  expect(claimAt(statSync(directory).mtimeMs)).toBeUndefined()
  expect(claimAt(Date.now() + 3_600_000)).toBe(2)
})

test('a claim counts as alive until its courier has come up', () => {
  const directory = temporaryDirectory()
  const first = claim(directory)
  expect([isCourierAlive(directory), courierPid(directory), claim(directory)]).toEqual([
    true,
    undefined,
    undefined,
  ])
  expect(first && holdCourierLock(directory, first, MINE)?.held()).toBe(true)
})

test.each<[string, string, number]>([
  ['whose process is gone', NOBODY, 0],
  ['that has not beaten for a minute', String(process.pid), -60_000],
  ['whose last beat lies in the future, the clock having been set back', String(process.pid), 3_600_000],
  ['that was claimed a minute ago and never taken up', '', -60_000],
])('a lock %s is taken over', (_, pid, age) => {
  const directory = temporaryDirectory()
  const path = join(directory, 'courier-7.lock')
  writeFileSync(path, pid)
  const time = new Date(Date.now() + age)
  utimesSync(path, time, time)
  expect(acquire(directory)?.held()).toBe(true)
  expect(readdirSync(directory)).toEqual(['courier-8.lock'])
})

test('a lock that beats is alive in another container, whose process can’t be seen from here', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'courier-7.lock')
  writeFileSync(path, `${NOBODY} 01890a5d-ac96-774b-bcce-b302099a8057 pid:[1]`)
  expect([isCourierAlive(directory), acquire(directory)]).toEqual([true, undefined])
  const time = new Date(Date.now() - 60_000)
  utimesSync(path, time, time)
  expect(acquire(directory)?.held()).toBe(true)
})

test('so it is on another machine that shares the home, in a space of processes of the same name', () => {
  const directory = temporaryDirectory()
  const lock = acquire(directory)
  const path = join(directory, 'courier-1.lock')
  const text = readFileSync(path, 'utf8')
  expect([lock?.held(), isCourierElsewhere(directory)]).toEqual([true, false])
  writeFileSync(path, text.replace(/^\d+/, NOBODY))
  expect([isCourierAlive(directory), isCourierElsewhere(directory)]).toEqual([false, false])
  writeFileSync(path, text.replace(/^\d+/, NOBODY).replace(/@\S+/, '@elsewhere'))
  expect([isCourierAlive(directory), isCourierElsewhere(directory)]).toEqual([true, true])
})

test('a claim that is not taken up yet is nobody else’s', () => {
  const directory = temporaryDirectory()
  claim(directory)
  expect(isCourierElsewhere(directory)).toBe(false)
})

test('whoever lost the lock does not end or keep alive that of its follower', () => {
  const directory = temporaryDirectory()
  const first = acquire(directory)
  // As after a purge, which makes numbers begin anew.
  writeFileSync(join(directory, 'courier-1.lock'), `${process.pid} another`)
  first?.release()
  expect(isCourierAlive(directory)).toBe(true)
})

test('of two that find the same stale lock only one can take over, however late the other comes', () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'courier-3.lock'), NOBODY)
  const winner = acquire(directory)
  // What a slow rival does that decided on the third lock before the winner took over:
  expect(() => writeFileSync(join(directory, 'courier-4.lock'), '', { flag: 'wx' })).toThrow('EEXIST')
  expect([winner?.held(), acquire(directory)]).toEqual([true, undefined])
})

test('whoever slept through a takeover knows that it must not send', () => {
  const directory = temporaryDirectory()
  const sleeper = acquire(directory)
  const long = new Date(Date.now() - 60_000)
  utimesSync(join(directory, 'courier-1.lock'), long, long)
  const next = acquire(directory)
  expect([sleeper?.held(), next?.held()]).toEqual([false, true])
  sleeper?.beat()
  sleeper?.release()
  expect(next?.held()).toBe(true)
})

test('a directory that is not there, or was deleted meanwhile, gives no lock', () => {
  expect(acquire('/nonexistent/telemetry')).toBeUndefined()
  expect(isCourierAlive('/nonexistent/telemetry')).toBe(false)
})
