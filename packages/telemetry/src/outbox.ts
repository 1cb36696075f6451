import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { attempt } from './attempt.ts'
import { checksum } from './checksum.ts'
import { codeOf } from './code-of.ts'
import { isAbandoned, lastChange, touch } from './file-clock.ts'
import type { Guard, StoredEvent } from './guard.ts'
import { makePlace } from './make-place.ts'
import { mayBeOverCaps, overCaps, prefixAt, tomorrowAt } from './outbox-caps.ts'
import { openTally, type Tally } from './tally.ts'
import { uuidV7 } from './uuid-v7.ts'

/** The catalogue's largest event takes 70% of it; it bounds what is read of a file that somebody else wrote. */
const MOST_EVENT_BYTES = 4_096
const HOUR = 3_600_000
const FILE =
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\.(\d{1,5})\.([0-9a-f]{8})\.([0-9a-f]{8})\.json$/
const UNFINISHED = /^\.[0-9a-f-]{36}\.tmp$/

/**
 * The directory where events wait, one file each.
 *
 * A file's name says when the event was made (UUIDv7), its size, its checksum and the edition of its catalogue, so age
 * and caps are known without opening it, and a file that is not byte for byte what was written is never sent.
 * Only files named so are ever read or removed, and those that a writer did not finish. No method throws.
 */
export interface Outbox {
  /** Writes one event. False when it does not fit the catalogue or could not be written; then it is counted. */
  put(event: StoredEvent): boolean
  /** Writes many, which costs less than one by one, and gives back what the disk does not take just now, uncounted. */
  putAll(events: readonly StoredEvent[]): readonly StoredEvent[]
  /** Takes back what was put just now: its person opted out while it was written. */
  withdraw(events: readonly StoredEvent[]): void
  /** Counts events that are given up without having been written. */
  countLost(count: number): void
  /** The names of the files that wait, oldest first. */
  waiting(): readonly string[]
  /** Whether the event in a file was passed by this program's own catalogue. */
  isOurs(name: string): boolean
  /**
   * Those of the files that are not ours and an hour old or older, each with the edition of its catalogue. What a clock far
   * ahead has named is among them: it would not be old before that day.
   */
  oldOfOthers(names: readonly string[]): ReadonlyMap<string, string>
  /** Whether a file is there no more, for certain. */
  isGone(name: string): boolean
  /**
   * The event in a file, or nothing when the file is gone, damaged or holds what the catalogue does not list. Ours or not:
   * what another version wrote, by a catalogue of its own, ours may list as well.
   */
  read(name: string): StoredEvent | undefined
  /**
   * Whether a file holds no event and never will. One that can't be opened just now is not damaged; and of one that
   * another version of the program wrote, by a catalogue of its own, that version is the judge.
   */
  isDamaged(name: string): boolean
  /** Removes a file whose event was delivered. False when it could not be removed, and is still there. */
  remove(name: string): boolean
  /** Removes a file whose event is given up, and counts it. False when it is still there. */
  discard(name: string): boolean
  /** Discards what is over the caps or too old, and sweeps up what was never finished. */
  tidy(): void
  /** Removes everything that waits, uncounted: its person opted out. Gives how many events went. */
  clear(): number
}

/**
 * @param directory created by the first `put`, see `makePlace`; when it is anything but a directory of its own
 *   (a file, a symbolic link), nothing is written to it or removed from it
 * @param now read right after the directory was changed, in milliseconds since 1970
 */
export function openOutbox(
  directory: string,
  guard: Guard,
  now: () => number = () => lastChange(directory),
): Outbox {
  const tally = openTally(join(dirname(directory), 'dropped'))
  const path = (name: string) => join(directory, name)
  const waiting = () => filesIn(directory, FILE)
  const remove = (name: string) => unlink(path(name)) !== 'still-there'
  const isOurs = (name: string) => editionIn(name) === guard.edition()
  const isDamaged = (name: string) => {
    try {
      return isOurs(name) && guard(JSON.parse(readExact(directory, name))) === undefined
    } catch (error) {
      return !isOfTheMoment(error)
    }
  }
  const discard = (name: string) => {
    const carried = attempt(() => carriedBy(readExact(directory, name))) ?? 0
    const outcome = unlink(path(name))
    // What somebody else took away meanwhile was delivered or counted by them.
    if (outcome === 'removed') tally.add(1 + carried)
    return outcome !== 'still-there'
  }
  const putAll = (events: readonly StoredEvent[]) => {
    const outcome = putEach(events, tally, (event) => tryWrite(directory, guard, event))
    if (outcome.written > 0 && mayBeOverCaps(attempt(() => readdirSync(directory)) ?? [], now()))
      for (const name of overCaps(waiting(), now())) discard(name)
    return outcome
  }

  return {
    waiting,
    isOurs,
    oldOfOthers: (names) => {
      const [young, tomorrow] = [prefixAt(now() - HOUR), tomorrowAt(now())]
      const old = names.filter((name) => (name < young || name > tomorrow) && !isOurs(name))
      return new Map(old.map((name) => [name, editionIn(name) ?? '']))
    },
    isGone: (name) =>
      attempt(() => lstatSync(path(name), { bigint: true, throwIfNoEntry: false }) === undefined) ?? false,
    read: (name) => attempt(() => guard(JSON.parse(readExact(directory, name)))),
    isDamaged,
    remove,
    discard,
    put: (event) => {
      const { written, left } = putAll([event])
      if (left.length > 0) tally.add(left.length)
      return written > 0
    },
    putAll: (events) => putAll(events).left,
    withdraw: (events) => {
      const uuids = new Set(events.map(({ uuid }) => uuid))
      for (const name of waiting()) if (uuids.has(name.slice(0, 36))) remove(name)
    },
    countLost: (count) => {
      if (count > 0) tally.add(count)
    },
    tidy: () => {
      // Nobody may have written there for weeks.
      attempt(() => isOwnDirectory(directory) && touch(directory))
      for (const name of overCaps(waiting(), now())) discard(name)
      for (const name of filesIn(directory, UNFINISHED)) if (isAbandoned(path(name), now())) remove(name)
      tally.tidy(now())
    },
    clear: () => {
      const removed = waiting().filter((name) => unlink(path(name)) === 'removed')
      for (const name of filesIn(directory, UNFINISHED)) remove(name)
      tally.clear()
      return removed.length
    },
  }
}

function filesIn(directory: string, kind: RegExp): readonly string[] {
  const names = attempt(() => (isOwnDirectory(directory) ? readdirSync(directory) : [])) ?? []
  return names.filter((name) => kind.test(name)).sort()
}

/** Written, never to be written, or not just now. */
type Put = 'written' | 'unfit' | 'failed'

/** Puts event by event; the number of those that were dropped goes with the first one that has room for it. */
function putEach(events: readonly StoredEvent[], tally: Tally, put: (event: StoredEvent) => Put) {
  const outcome = { written: 0, left: [] as StoredEvent[] }
  let dropped = tally.take()
  for (const event of events) {
    const isTold = dropped > 0 && put(withDropped(event, dropped)) === 'written'
    if (isTold) dropped = 0
    const became = isTold ? 'written' : put(event)
    if (became === 'written') outcome.written += 1
    else if (became === 'unfit') dropped += 1
    else outcome.left.push(event)
  }
  if (dropped > 0) tally.add(dropped)
  return outcome
}

function withDropped(event: StoredEvent, count: number): StoredEvent {
  return { ...event, properties: { ...event.properties, dropped_events: count } }
}

function tryWrite(directory: string, guard: Guard, event: StoredEvent): Put {
  const stored = attempt(() => guard(event))
  try {
    return stored !== undefined && write(directory, guard.edition(), stored) ? 'written' : 'unfit'
  } catch {
    return 'failed'
  }
}

function write(directory: string, edition: string, event: StoredEvent): boolean {
  const text = JSON.stringify(event)
  const bytes = Buffer.byteLength(text)
  if (bytes > MOST_EVENT_BYTES) return false
  if (!isOwnDirectory(directory)) makePlace('outbox', directory)
  // A name of this writer's own: at a server's exit its thread may be writing the same event just now.
  const unfinished = join(directory, `.${uuidV7()}.tmp`)
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' })
    renameSync(unfinished, join(directory, `${event.uuid}.${bytes}.${checksum(text)}.${edition}.json`))
    return true
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
}

/** Reads a file of the outbox only if it has the size and the checksum that its name says. */
function readExact(directory: string, name: string): string {
  const [, size, sum] = FILE.exec(name) ?? []
  if (!isOwnDirectory(directory)) throw new Error('not an outbox')
  // No link is followed and no pipe waited for; Windows knows neither, there the checksum alone tells a foreign file.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const file = openSync(join(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const found = fstatSync(file, { bigint: true })
    if (!found.isFile() || Number(found.size) !== Number(size) || found.size > MOST_EVENT_BYTES)
      throw new Error('damaged')
    const text = readFileSync(file, 'utf8')
    if (checksum(text) !== sum) throw new Error('damaged')
    return text
  } finally {
    closeSync(file)
  }
}

/** A process out of file descriptors, a disk that fails: the file may be read another time. A link never is. */
function isOfTheMoment(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && codeOf(error) !== 'ELOOP'
}

function unlink(path: string): 'removed' | 'gone' | 'still-there' {
  try {
    unlinkSync(path)
    return 'removed'
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : 'still-there'
  }
}

/** Of the catalogue that the event was passed by. */
function editionIn(name: string): string | undefined {
  return FILE.exec(name)?.[3]
}

/** False for what does not exist; throws for what exists and is not a directory of its own. */
function isOwnDirectory(directory: string): boolean {
  const found = lstatSync(directory, { bigint: true, throwIfNoEntry: false })
  if (found && !found.isDirectory()) throw new Error('not a directory')
  return found !== undefined
}

/** How many dropped events the event in a file tells of, whatever catalogue it is of. */
function carriedBy(text: string): number {
  const { dropped_events: count } = (JSON.parse(text) as StoredEvent).properties
  return typeof count === 'number' && count > 0 ? count : 0
}
