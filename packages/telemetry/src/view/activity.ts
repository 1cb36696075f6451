import type { SentEvent } from '../sent-log.ts'

/** What the page tells apart by colour. */
type Kind = 'commands' | 'requests' | 'others'

/** How many events left the machine in one stretch of time; a sum of requests counts as often as it has requests. */
export interface Stretch extends Readonly<Record<Kind, number>> {
  /** ISO 8601, on a round local time; it ends where the next one starts. */
  readonly from: string
  readonly to: string
}

/** A series of equal stretches without gaps, the last one holding `now`. */
export interface Timeline {
  readonly unit: 'minutes' | 'hour' | 'day' | 'week'
  readonly stretches: readonly Stretch[]
}

/** What was used, how often, and how it went. */
export interface Use {
  readonly event: string
  readonly kind: Kind
  /** A command, `GET /api/models`, or else the event's own name. */
  readonly name: string
  readonly times: number
  /** Commands that did not work, requests answered with 500 and above. */
  readonly failed: number
  /** The middle one of all durations, those of summed requests their mean, in milliseconds. Missing where an event has none. */
  readonly typical?: number
}

/** What one event stands for, in the words of the page. */
export interface Meaning {
  /** The row of `usesOf` that it belongs to. */
  readonly name: string
  /** The flags of a command, the status of an answer. */
  readonly detail: string
  readonly times: number
  readonly failed: boolean
  /** Milliseconds. */
  readonly duration?: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

type Unit = readonly [unit: Timeline['unit'], length: number, stretches: number]

/** From the finest: the first one in which all that left fits is taken. */
const UNITS: readonly Unit[] = [
  ['minutes', 5 * MINUTE, 24],
  ['hour', HOUR, 24],
  ['day', DAY, 30],
]
const WEEKS: Unit = ['week', 7 * DAY, 53]

/** When events left this machine, up to `now`; of more than a year only the last. */
export function timelineOf(sent: readonly SentEvent[], now: number): Timeline {
  const first = Math.min(now, ...sent.slice(0, 1).map(({ sent_at }) => Date.parse(sent_at)))
  const [unit, length, most] = UNITS.find(([, size, count]) => now - first < size * (count - 1)) ?? WEEKS
  const starts = startsOf(length, most, now)
  const counts = starts.slice(0, -1).map(() => ({ commands: 0, requests: 0, others: 0 }))
  for (const { sent_at, event } of sent) {
    const at = Date.parse(sent_at)
    const count = counts[starts.findLastIndex((start) => start <= at)]
    if (count) count[kindOf(event.event)] += meaningOf(event).times
  }
  const stretches = counts.map((count, index) => ({
    from: new Date(starts[index] ?? now).toISOString(),
    to: new Date(starts[index + 1] ?? now).toISOString(),
    ...count,
  }))
  return { unit, stretches }
}

/** Where the stretches begin, oldest first, and where the last one ends. Days and weeks follow the local calendar. */
function startsOf(length: number, count: number, now: number): readonly number[] {
  const last = new Date(now)
  if (length >= DAY) last.setHours(0, 0, 0, 0)
  else last.setMinutes(length === HOUR ? 0 : last.getMinutes() - (last.getMinutes() % 5), 0, 0)
  return Array.from({ length: count + 1 }, (_, index) => {
    const steps = index - count + 1
    if (length < DAY) return last.getTime() + steps * length
    const start = new Date(last)
    start.setDate(start.getDate() + (steps * length) / DAY)
    return start.getTime()
  })
}

/** What was used, the most used first. */
export function usesOf(sent: readonly SentEvent[]): readonly Use[] {
  const rows = new Map<string, Row>()
  for (const { event } of sent) {
    const meaning = meaningOf(event)
    const { name } = meaning
    const key = `${event.event} ${name}`
    const row = rows.get(key) ?? { event: event.event, name, all: [] }
    row.all.push(meaning)
    rows.set(key, row)
  }
  return [...rows.values()].map(useOf).sort((one, other) => other.times - one.times)
}

interface Row extends Pick<Use, 'event' | 'name'> {
  readonly all: Meaning[]
}

function useOf({ event, name, all }: Row): Use {
  const typical = medianOf(all)
  return {
    event,
    kind: kindOf(event),
    name,
    times: sumOf(all),
    failed: sumOf(all.filter(({ failed }) => failed)),
    ...(typical === undefined ? {} : { typical }),
  }
}

/** A sum of requests counts as often as it has requests, all of their mean duration. */
function medianOf(all: readonly Meaning[]): number | undefined {
  const timed = all
    .filter((one): one is Meaning & { duration: number } => one.duration !== undefined)
    .toSorted((one, other) => one.duration - other.duration)
  const half = sumOf(timed) / 2
  let passed = 0
  for (const { duration, times } of timed) {
    passed += times
    if (passed > half) return duration
  }
  return undefined
}

function sumOf(all: readonly Meaning[]): number {
  return all.reduce((sum, { times }) => sum + times, 0)
}

/** Reads an event for the page. A log that somebody edited gives odd words, and no failure. */
export function meaningOf({ event, properties }: SentEvent['event']): Meaning {
  const { duration_ms } = properties
  // JSON has no infinity, and a number of three hundred digits leaves the page no room.
  const duration = Number.isSafeInteger(duration_ms) ? { duration: Number(duration_ms) } : {}
  if (event === 'cli_command') {
    const { command, command_args, success } = properties
    const detail = Array.isArray(command_args) ? command_args.join(' ') : ''
    return { name: String(command), detail, times: 1, failed: success === false, ...duration }
  }
  if (event === 'api_request') {
    const { method, endpoint, status_code, request_count } = properties
    const failed = Number(status_code) >= 500
    const times = Number.isSafeInteger(request_count) ? Math.max(1, Number(request_count)) : 1
    return { name: `${method} ${endpoint}`, detail: String(status_code), times, failed, ...duration }
  }
  return { name: event, detail: '', times: 1, failed: false, ...duration }
}

function kindOf(event: string): Kind {
  if (event === 'cli_command') return 'commands'
  return event === 'api_request' ? 'requests' : 'others'
}
