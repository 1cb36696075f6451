import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { checksum } from './checksum.ts'
import { readOwn } from './own-file.ts'
import { uuidV7 } from './uuid-v7.ts'

/** How often the holder must `beat`, in milliseconds. */
export const HEARTBEAT = 1_000
/** A lock that did not beat for so long, in milliseconds, belongs to nobody: its holder died or sleeps. */
const STALE = 8_000
const FILE = /^courier-(\d{1,15})\.lock$/

/** The right to send, held by one courier at a time. */
export interface CourierLock {
  /** Says that the holder lives. */
  beat(): void
  /** False once somebody took over; then the holder must stop without another request. */
  held(): boolean
  /** False once somebody took over who reads the same events; then it must break off a request under way, too. */
  mayFinish(): boolean
  release(): void
}

/**
 * From which live courier the right is taken: from none; from one of another catalogue, because an event was just
 * recorded that it can't read; or from any, because a person asks for what waits while all were asked to wait.
 */
export type TakesOver = 'from-none' | 'from-others' | 'from-all'

/**
 * Claims the right to send for a courier that is yet to start, or gives nothing while a live one has it.
 *
 * Locks are numbered files, and the highest number counts. Taking over creates the next number, which the
 * file system grants to one process only, so two that find the same stale lock cannot both win; and a released
 * lock stays as a file with an old time, so that no number is ever given twice. A claim that nobody takes up
 * goes stale like any other.
 * @param edition of the catalogue that the courier will read events by
 * @param now by the clock that the locks' times are of, in milliseconds since 1970
 */
export function claimCourierLock(
  directory: string,
  edition: () => string,
  takesOver: TakesOver,
  now: number = Date.now(),
): number | undefined {
  const before = lockNumbers(directory)
  const highest = Math.max(0, ...before)
  const inTheWay = takesOver === 'from-others' ? edition : undefined
  const isHeld = takesOver !== 'from-all' && highest > 0 && isAlive(directory, highest, now)
  if (isHeld && serves(directory, highest, inTheWay)) return undefined
  const mine = highest + 1
  // Where a process id will stand: no process yet.
  if (!create(lockPath(directory, mine), `- - - ${edition()}`)) return undefined
  if (highestLock(directory) !== mine) {
    removeLocks(directory, [mine])
    return undefined
  }
  removeLocks(directory, before)
  return mine
}

/**
 * Takes up a claim that was made for this courier, or gives nothing if it went to somebody else meanwhile.
 * @param edition of what its guard knows
 */
export function holdCourierLock(directory: string, claim: number, edition: string): CourierLock | undefined {
  const path = lockPath(directory, claim)
  if (highestLock(directory) !== claim || !isFile(path)) return undefined
  // Where the directory was purged, numbers begin anew: the number alone would not tell whose lock it is.
  const mine = `${process.pid} ${uuidV7()} ${pidNamespace()} ${edition}`
  try {
    writeFileSync(path, mine)
  } catch {
    return undefined
  }
  const held = () => highestLock(directory) === claim && readLock(path) === mine
  return {
    held,
    mayFinish: () => held() || isOfOthers(directory, edition),
    beat: () => void (held() && beat(path, mine)),
    release: () => void (held() && touch(path, new Date(0))),
  }
}

/** Gives a claim back for which no courier could be started. */
export function releaseClaim(directory: string, claim: number): void {
  touch(lockPath(directory, claim), new Date(0))
}

/**
 * Whether a courier is at work, so that none has to be started. Never throws.
 * @param edition of the catalogue that it has to know; any will do unless given
 */
export function isCourierAlive(directory: string, edition?: () => string): boolean {
  const highest = highestLock(directory)
  return highest > 0 && isAlive(directory, highest) && serves(directory, highest, edition)
}

/** The process id of the live courier, for a person who looks for it. */
export function courierPid(directory: string): number | undefined {
  const highest = highestLock(directory)
  return highest > 0 && isAlive(directory, highest) ? readPid(lockPath(directory, highest)) : undefined
}

/**
 * Whether the courier at work, if there is one, is another container's or another machine's: only its beat tells of it,
 * and that of one that is dead goes on counting for a while.
 */
export function isCourierElsewhere(directory: string): boolean {
  const path = lockPath(directory, highestLock(directory))
  try {
    return readPid(path) !== undefined && isElsewhere(path)
  } catch {
    return false
  }
}

function isAlive(directory: string, number: number, now: number = Date.now()): boolean {
  const path = lockPath(directory, number)
  try {
    // A clock that was set back makes the last beat lie in the future: as stale as one long past.
    if (Math.abs(now - Number(statSync(path, { bigint: true }).mtimeMs)) > STALE) return false
    const pid = readPid(path)
    // A claim has no process yet: one is on its way.
    return pid === undefined || isRunning(pid) || isElsewhere(path)
  } catch {
    return false
  }
}

/** Whether the courier of a lock can read events of this catalogue. Of one that is just being claimed nobody knows. */
function serves(directory: string, number: number, edition: (() => string) | undefined): boolean {
  if (edition === undefined) return true
  const [, , , served] = readLock(lockPath(directory, number))?.split(' ') ?? []
  return served === undefined || served === edition()
}

/** Whether the right is with a courier that reads other events than those of this catalogue. */
function isOfOthers(directory: string, edition: string): boolean {
  const [, , , served = edition] = readLock(lockPath(directory, highestLock(directory)))?.split(' ') ?? []
  return served !== edition
}

/** In a container that shares this home: its processes have numbers of their own, and only the beat tells. */
function isElsewhere(path: string): boolean {
  const [, , namespace] = readOwn(path).split(' ')
  return namespace !== undefined && namespace !== pidNamespace()
}

/**
 * The space in which a process has its number: what Linux calls it, which is the same on two machines that share a
 * home, and a mark of this start of the kernel, which is not. Empty elsewhere.
 */
function pidNamespace(): string {
  try {
    return `${readlinkSync('/proc/self/ns/pid')}@${bootMark()}`
  } catch {
    return ''
  }
}

function bootMark(): string {
  try {
    return checksum(readOwn('/proc/sys/kernel/random/boot_id'))
  } catch {
    return ''
  }
}

/** Whether a process of this id exists, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readPid(path: string): number | undefined {
  const pid = Number.parseInt(readOwn(path), 10)
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
}

function readLock(path: string): string | undefined {
  try {
    return readOwn(path)
  } catch {
    return undefined
  }
}

function highestLock(directory: string): number {
  return Math.max(0, ...lockNumbers(directory))
}

function lockNumbers(directory: string): readonly number[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      const [, number] = FILE.exec(name) ?? []
      return number === undefined ? [] : [Number(number)]
    })
  } catch {
    return []
  }
}

function removeLocks(directory: string, numbers: readonly number[]): void {
  for (const number of numbers) {
    try {
      unlinkSync(lockPath(directory, number))
    } catch {
      // Gone, or a directory of somebody's under the name of a lock: its number is too low to matter.
    }
  }
}

function lockPath(directory: string, number: number): string {
  return join(directory, `courier-${number}.lock`)
}

function isFile(path: string): boolean {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.isFile() ?? false
}

/** False where somebody else was granted the number, or nothing can be written; then nothing of it is left. */
function create(path: string, text: string): boolean {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(file, text)
      return true
    } catch {
      // A disk that has room for a name alone.
      unlinkSync(path)
      return false
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/** By the clock of whoever keeps the file, which every reader compares with: in a shared home it may be another. */
function beat(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'r+' })
  } catch {
    touch(path, new Date())
  }
}

function touch(path: string, time: Date): void {
  try {
    utimesSync(path, time, time)
  } catch {
    // The directory was purged: there is nothing left to hold.
  }
}
