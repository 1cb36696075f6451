import { uuidV7 } from './uuid-v7.ts'

/** What may wait at most; beyond it the oldest go first, but before them what a clock far ahead has named. */
export const OUTBOX_LIMITS = { events: 1_000, bytes: 2_000_000, days: 14 } as const

const DAY = 86_400_000

/** A glance that every command can afford, in any order, also at what is no event: nearly always it says no. */
export function mayBeOverCaps(names: readonly string[], now: number): boolean {
  const oldest = oldestAllowed(now)
  let bytes = 0
  for (const name of names) {
    if (name < oldest && !name.startsWith('.')) return true
    bytes += sizeIn(name) || 0
  }
  return names.length > OUTBOX_LIMITS.events || bytes > OUTBOX_LIMITS.bytes
}

/** The names, of those given oldest first, that have to go so that the rest is within the caps. */
export function overCaps(names: readonly string[], now: number): readonly string[] {
  const oldest = oldestAllowed(now)
  const tomorrow = tomorrowAt(now)
  // Otherwise, once a clock that was far ahead is set right, whatever comes is the oldest, and goes at once.
  const ofFuture = (name: string) => Number(name > tomorrow)
  let events = 0
  let bytes = 0
  const stays = (name: string) => {
    events += 1
    bytes += sizeIn(name)
    return events <= OUTBOX_LIMITS.events && bytes <= OUTBOX_LIMITS.bytes && name >= oldest
  }
  const lastToGo = names.toReversed().sort((one, other) => ofFuture(one) - ofFuture(other))
  return lastToGo.filter((name) => !stays(name))
}

/** What every name of an event that may still wait is not before. */
function oldestAllowed(now: number): string {
  return prefixAt(now - OUTBOX_LIMITS.days * DAY)
}

/** What no name of an event is beyond, but where a clock was far ahead. */
export function tomorrowAt(now: number): string {
  return prefixAt(now + DAY)
}

/** What the name of every event of that time begins with: the part of a UUIDv7 that is the time. */
export function prefixAt(time: number): string {
  return uuidV7(time).slice(0, 13)
}

/** The size that a file's name states, behind the UUID of 36 characters and a dot; NaN where there is none. */
function sizeIn(name: string): number {
  return Number.parseInt(name.slice(37), 10)
}
