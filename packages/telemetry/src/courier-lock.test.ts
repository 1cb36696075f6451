import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { withoutRoot } from '../test/without-root.ts'
import {
  type ClaimOptions,
  claimCourierLock,
  courierPids,
  holdCourierLock,
  isCourierAlive,
  isCourierElsewhere,
  isRunning,
  releaseClaim,
  sweepLocks,
} from './courier-lock.ts'

/** Higher than any process id that Linux, macOS or Windows gives. */
const NOBODY = '999999999'
/** Digests of catalogues. */
const MINE = 'd1cef00d'
const OTHER = 'feedc0de'

function pathOf(directory: string, number: number, edition = MINE): string {
  return join(directory, `courier-${edition}-${number}.lock`)
}

function claim(directory: string, edition = MINE, options: ClaimOptions = {}) {
  return claimCourierLock(directory, edition, options)
}

function acquire(directory: string, edition = MINE, options: ClaimOptions = {}) {
  const claimed = claim(directory, edition, options)
  return claimed === undefined ? undefined : holdCourierLock(directory, edition, claimed)
}

test('only one courier gets the lock, and the next when it was released', () => {
  const directory = temporaryDirectory()
  const first = acquire(directory)
  expect(first?.held()).toBe(true)
  expect([acquire(directory), isCourierAlive(directory), courierPids(directory)]).toEqual([
    undefined,
    true,
    [process.pid],
  ])
  first?.release()
  expect(isCourierAlive(directory)).toBe(false)
  expect(acquire(directory)?.held()).toBe(true)
})

test.skipIf(process.platform === 'win32')('nobody else on the machine may read who sends: 0600', () => {
  const directory = temporaryDirectory()
  const mode = () => statSync(pathOf(directory, 1)).mode & 0o777
  const claimed = claim(directory) ?? 0
  expect(mode()).toBe(0o600)
  holdCourierLock(directory, MINE, claimed)
  expect(mode()).toBe(0o600)
})

test('couriers of two catalogues have nothing in common, and are both at work', () => {
  const directory = temporaryDirectory()
  const [mine, others] = [acquire(directory), acquire(directory, OTHER)]
  expect([mine?.held(), others?.held()]).toEqual([true, true])
  expect([claim(directory), claim(directory, OTHER)]).toEqual([undefined, undefined])
  mine?.release()
  expect([isCourierAlive(directory, MINE), isCourierAlive(directory, OTHER)]).toEqual([false, true])
  expect([isCourierAlive(directory), courierPids(directory)]).toEqual([true, [process.pid]])
})

test('while all were asked to wait, a person who asks takes over', () => {
  const directory = temporaryDirectory()
  const waiting = acquire(directory)
  expect(acquire(directory, MINE, { anyway: true })?.held()).toBe(true)
  expect(waiting?.held()).toBe(false)
})

test('a program whose clock is an hour off takes a fresh claim for what it is, by the clock of the file system', () => {
  const directory = temporaryDirectory()
  claim(directory)
  expect(claim(directory, MINE, { now: statSync(directory).mtimeMs })).toBeUndefined()
  expect(claim(directory, MINE, { now: Date.now() + 3_600_000 })).toBe(2)
})

test('a courier whose clock is an hour off beats by that of the file system', () => {
  const directory = temporaryDirectory()
  const lock = acquire(directory)
  const path = pathOf(directory, 1)
  utimesSync(path, 1, 1)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  onTestFinished(() => void vi.useRealTimers())
  lock?.beat()
  expect(Math.abs(statSync(path).mtimeMs - statSync(directory).mtimeMs)).toBeLessThan(60_000)
  expect(lock?.held()).toBe(true)
})

test('so does one that takes a lock only where that is stale by the clock of the file system', () => {
  const directory = temporaryDirectory()
  const lock = acquire(directory)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect([claim(directory), lock?.held()]).toEqual([undefined, true])
  utimesSync(pathOf(directory, 1), 1, 1)
  expect(claim(directory)).toBe(2)
  expect(readdirSync(directory)).toEqual([basename(pathOf(directory, 2))])
})

test.skipIf(process.platform === 'win32')(
  'a lock that nobody can look at keeps no courier from its own',
  () => {
    const directory = temporaryDirectory()
    const loop = pathOf(directory, 1, OTHER)
    symlinkSync(loop, loop)
    const lock = acquire(directory)
    sweepLocks(directory, MINE)
    expect([lock?.held(), isCourierAlive(directory, OTHER), courierPids(directory)]).toEqual([
      true,
      false,
      [process.pid],
    ])
  },
)

test('a lock of another catalogue goes when nobody has held it for a day, and no other', () => {
  const directory = temporaryDirectory()
  for (const edition of [MINE, OTHER, '01234567']) acquire(directory, edition)
  const long = new Date(Date.now() - 25 * 3_600_000)
  for (const edition of [MINE, OTHER]) utimesSync(pathOf(directory, 1, edition), long, long)
  acquire(directory)
  sweepLocks(directory, MINE)
  const left = [pathOf(directory, 1, '01234567'), pathOf(directory, 2, MINE)]
  expect(readdirSync(directory).sort()).toEqual(left.map((path) => basename(path)))
})

test('whose own lock is gone takes none from a courier of another catalogue, which would stop in the middle', () => {
  const directory = temporaryDirectory()
  const other = acquire(directory, OTHER)
  sweepLocks(directory, MINE)
  expect(other?.held()).toBe(true)
})

test('a claim counts as alive until its courier has come up', () => {
  const directory = temporaryDirectory()
  const first = claim(directory)
  expect([isCourierAlive(directory), courierPids(directory), claim(directory)]).toEqual([true, [], undefined])
  expect(first && holdCourierLock(directory, MINE, first)?.held()).toBe(true)
})

test('a claim for which no courier could be started keeps the next command from nothing', () => {
  const directory = temporaryDirectory()
  releaseClaim(directory, MINE, claim(directory) ?? 0)
  expect([isCourierAlive(directory), claim(directory)]).toEqual([false, 2])
})

test.skipIf(process.platform === 'win32')('a link in place of a claim is not written through', () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'somebody’s')
  writeFileSync(file, 'kept')
  symlinkSync(file, pathOf(directory, 1))
  expect(holdCourierLock(directory, MINE, 1)).toBeUndefined()
  expect(readFileSync(file, 'utf8')).toBe('kept')
})

test.each<[string, string, number]>([
  ['whose process is gone', NOBODY, 0],
  ['that has not beaten for a minute', String(process.pid), -60_000],
  ['whose last beat lies in the future, the clock having been set back', String(process.pid), 3_600_000],
  ['that was claimed a minute ago and never taken up', '', -60_000],
])('a lock %s is taken over', (_, pid, age) => {
  const directory = temporaryDirectory()
  const path = pathOf(directory, 7)
  writeFileSync(path, pid)
  const time = new Date(Date.now() + age)
  utimesSync(path, time, time)
  expect(acquire(directory)?.held()).toBe(true)
  expect(readdirSync(directory)).toEqual([basename(pathOf(directory, 8))])
})

test('a lock that beats is alive in another container, whose process can’t be seen from here', () => {
  const directory = temporaryDirectory()
  const path = pathOf(directory, 7)
  writeFileSync(path, `${NOBODY} 01890a5d-ac96-774b-bcce-b302099a8057 pid:[1]`)
  expect([isCourierAlive(directory), acquire(directory)]).toEqual([true, undefined])
  const time = new Date(Date.now() - 60_000)
  utimesSync(path, time, time)
  expect(acquire(directory)?.held()).toBe(true)
})

test('so it is on another machine that shares the home, in a space of processes of the same name', () => {
  const directory = temporaryDirectory()
  const lock = acquire(directory)
  const path = pathOf(directory, 1)
  const text = readFileSync(path, 'utf8')
  expect([lock?.held(), isCourierElsewhere(directory, MINE)]).toEqual([true, false])
  writeFileSync(path, text.replace(/^\d+/, NOBODY))
  expect([isCourierAlive(directory), isCourierElsewhere(directory, MINE)]).toEqual([false, false])
  writeFileSync(path, text.replace(/^\d+/, NOBODY).replace(/@\S+/, '@elsewhere'))
  expect([isCourierAlive(directory), isCourierElsewhere(directory, MINE)]).toEqual([true, true])
})

test('a claim that is not taken up yet is nobody else’s', () => {
  const directory = temporaryDirectory()
  claim(directory)
  expect(isCourierElsewhere(directory, MINE)).toBe(false)
})

test('whoever lost the lock does not end or keep alive that of its follower', () => {
  const directory = temporaryDirectory()
  const first = acquire(directory)
  // As after a purge, which makes numbers begin anew.
  writeFileSync(pathOf(directory, 1), `${process.pid} another`)
  first?.release()
  expect(isCourierAlive(directory)).toBe(true)
})

test('of two that find the same stale lock only one can take over, however late the other comes', () => {
  const directory = temporaryDirectory()
  writeFileSync(pathOf(directory, 3), NOBODY)
  const winner = acquire(directory)
  // What a slow rival does that decided on the third lock before the winner took over:
  expect(() => writeFileSync(pathOf(directory, 4), '', { flag: 'wx' })).toThrow('EEXIST')
  expect([winner?.held(), acquire(directory)]).toEqual([true, undefined])
})

test('whoever slept through a takeover knows that it must not send', () => {
  const directory = temporaryDirectory()
  const sleeper = acquire(directory)
  const long = new Date(Date.now() - 60_000)
  utimesSync(pathOf(directory, 1), long, long)
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

test.skipIf(process.platform === 'win32')(
  'a courier of another user, as after sudo, is not told to have ended',
  async () => {
    // Only root may start one for somebody else; everybody else finds root's first process.
    const ofAnother = process.geteuid?.() === 0 ? spawn('cat', { uid: 65_533 }) : undefined
    onTestFinished(() => void ofAnother?.stdin.end())
    expect(await withoutRoot(async () => isRunning(ofAnother?.pid ?? 1))).toBe(true)
  },
)
