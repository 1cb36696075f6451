import { type Catalogue, editionOf, type PropertySpec } from './events.ts'
import { isoTime } from './iso-time.ts'

/** An event as it waits and travels: plain data, no text but what the catalogue's shapes let through. */
export interface StoredEvent {
  readonly event: string
  /** The same over every resend: PostHog deduplicates by it. */
  readonly uuid: string
  /** When it happened, ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string
  /** The anonymous machine id. */
  readonly distinct_id: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** Gives the event rebuilt from what the catalogue lists, or nothing when any of it does not fit. Never throws. */
export interface Guard {
  (candidate: unknown): StoredEvent | undefined
  /** Tells its catalogue from others, as eight hex digits. */
  edition(): string
}

/** The pattern of a UUID, as events and machine ids have it: in lower case, without anchors. */
export const UUID_PATTERN = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const UUID = `^${UUID_PATTERN}$`
const DISTINCT_ID = `^(?:ci-)?${UUID_PATTERN}$`
/** The longest command has 204 characters; the bound keeps every match cheap. */
const MOST_CHARACTERS = 250
const FIELDS = ['event', 'uuid', 'timestamp', 'distinct_id', 'properties']

/** Makes the check that stands at the outbox's door and again before the SDK, from the catalogue alone. */
export function createGuard(catalogue: Catalogue): Guard {
  const guard = (candidate: unknown) => {
    try {
      return check(catalogue, candidate)
    } catch {
      // A getter or a proxy that throws is not an event of ours, and neither is one whose time is none.
      return undefined
    }
  }
  let known: string | undefined
  const edition = () => {
    known ??= editionOf(catalogue)
    return known
  }
  return Object.assign(guard, { edition })
}

function check(catalogue: Catalogue, candidate: unknown): StoredEvent | undefined {
  if (!isRecord(candidate) || !Object.keys(candidate).every((key) => FIELDS.includes(key))) return undefined
  const { event, uuid, timestamp, distinct_id, properties } = candidate
  if (typeof event !== 'string' || !Object.hasOwn(catalogue.events, event)) return undefined
  if (!isShaped(UUID, uuid) || !isShaped(DISTINCT_ID, distinct_id)) return undefined
  if (typeof timestamp !== 'string' || isoTime(Date.parse(timestamp)) !== timestamp) return undefined
  if (!isRecord(properties)) return undefined
  const kept = keepListed(specsOf(catalogue, event), properties)
  return kept && { event, uuid, timestamp, distinct_id, properties: kept }
}

/** The names of the properties for which the guard drops an event, or its own: its author asks, in debug mode. */
export function misfits(catalogue: Catalogue, { event, properties }: StoredEvent): readonly string[] {
  if (!Object.hasOwn(catalogue.events, event)) return [event]
  const specs = specsOf(catalogue, event)
  const unlisted = Object.keys(properties).filter((name) => !Object.hasOwn(specs, name))
  const unfit = Object.entries(specs).filter(([name, spec]) => {
    const value = ownValue(properties, name)
    return !isFit(spec, value) && !(value === undefined && spec.optional)
  })
  return [...unlisted, ...unfit.map(([name]) => name)]
}

function isFit(spec: PropertySpec, value: unknown): boolean {
  try {
    return rebuilt(spec, value) !== undefined
  } catch {
    // What is declared can't be read, such as a shape that is no pattern: the author is told where.
    return false
  }
}

/** The common ones come last: an adopter's event can't loosen what all events have to be. */
function specsOf(catalogue: Catalogue, event: string): Readonly<Record<string, PropertySpec>> {
  return { ...catalogue.events[event]?.properties, ...catalogue.common }
}

function keepListed(
  specs: Readonly<Record<string, PropertySpec>>,
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (!Object.keys(properties).every((name) => Object.hasOwn(specs, name))) return undefined
  const kept: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const value = ownValue(properties, name)
    if (value === undefined && spec.optional) continue
    const checked = rebuilt(spec, value)
    if (checked === undefined) return undefined
    kept[name] = checked
  }
  return kept
}

/** What every object inherits, as where a library has added to `Object.prototype`, is none of an event's. */
function ownValue(properties: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(properties, name) ? properties[name] : undefined
}

/**
 * The value, if it is what the specification asks for. Lists and counts are copied first, so that no method
 * (`toJSON`), getter or proxy of theirs can give another text later than the one that was checked.
 */
function rebuilt(spec: PropertySpec, value: unknown): unknown {
  switch (spec.type) {
    case 'text': {
      const fits =
        'values' in spec ? spec.values.some((allowed) => allowed === value) : isShaped(spec.shape, value)
      return fits ? value : undefined
    }
    case 'list': {
      const items = itemsOf(value, spec.most)
      return items?.every((item) => isShaped(spec.shape, item)) ? items : undefined
    }
    case 'integer':
      return isCount(value, spec.most) ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'counts': {
      if (!isRecord(value)) return undefined
      const counts = Object.entries(value)
      return counts.every(([key, count]) => spec.keys.includes(key) && isCount(count, spec.most))
        ? Object.fromEntries(counts)
        : undefined
    }
  }
}

/**
 * A shape always describes the whole text, whether or not its author wrote the anchors. It is tried as it is first:
 * so what made the text safe has compiled it already.
 */
function isShaped(shape: string, value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MOST_CHARACTERS) return false
  return new RegExp(shape).exec(value)?.[0] === value || new RegExp(`^(?:${shape})$`).test(value)
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && isWithin(Number(value), most)
}

/** A bound of `Infinity` comes to a courier as `null`, which is what JSON makes of it. */
function isWithin(count: number, most: number | null): boolean {
  return most === null || count <= most
}

/** Place by place: a list may bring an iterator of its own. */
function itemsOf(value: unknown, most: number): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return undefined
  const { length } = value
  return isWithin(length, most) ? Array.from({ length }, (_, at) => value[at]) : undefined
}

/** Whether a value of unknown origin, such as parsed JSON, is an object with keys, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
