import { lstatSync, readdirSync, readlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from './attempt.ts'
import { checksum } from './checksum.ts'
import { codeOf } from './code-of.ts'
import { changedAt, touch } from './file-clock.ts'
import { readOwn } from './own-file.ts'
import { uuidV7 } from './uuid-v7.ts'

/** How often the holder must `beat`, in milliseconds. */
export const HEARTBEAT = 1_000
/** A lock that did not beat for so long, in milliseconds, belongs to nobody: its holder died or sleeps. */
const STALE = 8_000
/** A lock of another catalogue that did not beat for so long, in milliseconds, is swept up: an old version's, mostly. */
const DAY = 86_400_000
const FILE = /^courier-([0-9a-f]{8})-(\d{1,15})\.lock$/

/** The right to send the events of one catalogue, held by one courier at a time. */
export interface CourierLock {
  /** Says that the holder lives. */
  beat(): void
  /** False once somebody took over; then the holder must stop without another request. */
  held(): boolean
  release(): void
}

/** How the right to send is claimed. */
export interface ClaimOptions {
  /** Also from a courier at work: a person asks for what waits, while all were asked to wait. */
  readonly anyway?: boolean
  /**
   * By the clock that the locks' times are of, in milliseconds since 1970. Unless given, a lock that looks stale is looked
   * at once more by that clock.
   */
  readonly now?: number | undefined
}

/**
 * Claims the right to send for a courier that is yet to start, or gives nothing while a live one has it.
 *
 * Locks are numbered files, and the highest number counts. Taking over creates the next number, which the
 * file system grants to one process only, so two that find the same stale lock cannot both win; and a released
 * lock stays as a file with an old time, so that no number is given twice. A claim that nobody takes up
 * goes stale like any other.
 * @param edition of the catalogue whose events the courier will read: couriers of two have nothing in common
 */
export function claimCourierLock(
  directory: string,
  edition: string,
  { anyway = false, now }: ClaimOptions = {},
): number | undefined {
  const before = lockNumbers(directory, edition)
  const highest = Math.max(0, ...before)
  const path = lockPath(directory, edition, highest)
  const isHeld = () => isAlive(path, now) || (now === undefined && isAlive(path, touch(directory)))
  if (!anyway && highest > 0 && isHeld()) return undefined
  const mine = highest + 1
  if (!create(lockPath(directory, edition, mine))) return undefined
  if (highestLock(directory, edition) !== mine) {
    removeLocks(directory, edition, [mine])
    return undefined
  }
  removeLocks(directory, edition, before)
  return mine
}

/** Takes up a claim that was made for this courier, or gives nothing if it went to somebody else meanwhile. */
export function holdCourierLock(directory: string, edition: string, claim: number): CourierLock | undefined {
  const path = lockPath(directory, edition, claim)
  if (highestLock(directory, edition) !== claim || !isFile(path)) return undefined
  // Where the directory was purged, numbers begin anew: the number alone would not tell whose lock it is.
  const mine = `${process.pid} ${uuidV7()} ${pidNamespace()}`
  try {
    writeFileSync(path, mine)
  } catch {
    // A disk that has room for a name alone: the claim is nobody's.
    setTime(path, new Date(0))
    return undefined
  }
  const held = () => highestLock(directory, edition) === claim && attempt(() => readOwn(path)) === mine
  return {
    held,
    beat: () => void (held() && beat(path, mine)),
    release: () => void (held() && setTime(path, new Date(0))),
  }
}

/** Gives a claim back for which no courier could be started. */
export function releaseClaim(directory: string, edition: string, claim: number): void {
  setTime(lockPath(directory, edition, claim), new Date(0))
}

/**
 * Whether a courier is at work, so that none has to be started. Never throws.
 * @param edition of the catalogue that it serves; any will do unless given
 */
export function isCourierAlive(directory: string, edition?: string): boolean {
  return countingLocks(directory, edition).some((path) => isAlive(path))
}

/** The process ids of the live couriers, for a person who looks for them; a claim has none yet. Never throws. */
export function courierPids(directory: string, edition?: string): readonly number[] {
  return countingLocks(directory, edition).flatMap(
    // Nothing also where it ended in this moment, and its lock went.
    (path) => attempt(() => (isAlive(path) ? readPid(path) : undefined)) ?? [],
  )
}

/**
 * Whether the courier at work, if there is one, is another container's or another machine's: only its beat tells of it,
 * and that of one that is dead goes on counting for a while.
 */
export function isCourierElsewhere(directory: string, edition: string): boolean {
  return countingLocks(directory, edition).some((path) =>
    attempt(() => readPid(path) !== undefined && isElsewhere(path)),
  )
}

/** Removes the locks of other catalogues that nobody has held for a day. To be called by who has just taken its own. */
export function sweepLocks(directory: string, edition: string): void {
  const now = changedAt(lockPath(directory, edition, highestLock(directory, edition)))
  // Without one's own there is no clock to judge the others by, and one that was released has no time.
  if (!now) return
  for (const lock of locksIn(directory)) {
    const path = lockPath(directory, lock.edition, lock.number)
    if (lock.edition === edition || Math.abs(now - (changedAt(path) ?? 0)) < DAY) continue
    removeLocks(directory, lock.edition, [lock.number])
  }
}

function isAlive(path: string, now: number = Date.now()): boolean {
  try {
    // A clock that was set back makes the last beat lie in the future: as stale as one long past.
    if (Math.abs(now - (changedAt(path) ?? 0)) > STALE) return false
    const pid = readPid(path)
    // A claim has no process yet: one is on its way.
    return pid === undefined || isRunning(pid) || isElsewhere(path)
  } catch {
    return false
  }
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
  return attempt(() => `${readlinkSync('/proc/self/ns/pid')}@${bootMark()}`) ?? ''
}

function bootMark(): string {
  return attempt(() => checksum(readOwn('/proc/sys/kernel/random/boot_id'))) ?? ''
}

/** Whether a process of this id exists, whoever owns it. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function readPid(path: string): number | undefined {
  const pid = Number.parseInt(readOwn(path), 10)
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
}

/** The path of the lock that counts, for each catalogue or for one. */
function countingLocks(directory: string, edition?: string): readonly string[] {
  const editions = edition === undefined ? locksIn(directory).map((lock) => lock.edition) : [edition]
  return [...new Set(editions)].map((one) => lockPath(directory, one, highestLock(directory, one)))
}

function highestLock(directory: string, edition: string): number {
  return Math.max(0, ...lockNumbers(directory, edition))
}

function lockNumbers(directory: string, edition: string): readonly number[] {
  return locksIn(directory).flatMap((lock) => (lock.edition === edition ? lock.number : []))
}

function locksIn(directory: string): readonly { readonly edition: string; readonly number: number }[] {
  try {
    return readdirSync(directory).flatMap((name) => {
      const [, edition, number] = FILE.exec(name) ?? []
      return edition === undefined ? [] : [{ edition, number: Number(number) }]
    })
  } catch {
    return []
  }
}

function removeLocks(directory: string, edition: string, numbers: readonly number[]): void {
  for (const number of numbers) {
    // It may be gone, or a directory of somebody's under the name of a lock: its number is too low to matter.
    attempt(() => unlinkSync(lockPath(directory, edition, number)))
  }
}

function lockPath(directory: string, edition: string, number: number): string {
  return join(directory, `courier-${edition}-${number}.lock`)
}

function isFile(path: string): boolean {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.isFile() ?? false
}

/** A claim: no process yet. False where somebody else was granted the number, or nothing can be written here. */
function create(path: string): boolean {
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
    return true
  } catch {
    return false
  }
}

/** By the clock of whoever keeps the file, which every reader compares with: in a shared home it may be another. */
function beat(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'r+' })
  } catch {
    setTime(path, new Date())
  }
}

function setTime(path: string, time: Date): void {
  // Where the directory was purged there is nothing left to hold.
  attempt(() => utimesSync(path, time, time))
}
