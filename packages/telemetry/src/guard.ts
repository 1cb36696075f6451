import type { Catalogue, PropertySpec } from './events.ts'

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
export type Guard = (candidate: unknown) => StoredEvent | undefined

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const DISTINCT_ID = /^(ci-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const FIELDS = ['event', 'uuid', 'timestamp', 'distinct_id', 'properties']

/** Makes the check that stands at the outbox's door and again before the SDK, from the catalogue alone. */
export function createGuard(catalogue: Catalogue): Guard {
  return (candidate) => {
    try {
      return check(catalogue, candidate)
    } catch {
      // A getter or a proxy that throws is not an event of ours.
      return undefined
    }
  }
}

function check(catalogue: Catalogue, candidate: unknown): StoredEvent | undefined {
  if (!isRecord(candidate) || !Object.keys(candidate).every((key) => FIELDS.includes(key))) return undefined
  const { event, uuid, timestamp, distinct_id, properties } = candidate
  if (typeof event !== 'string' || !Object.hasOwn(catalogue.events, event)) return undefined
  if (!matches(UUID, uuid) || !matches(DISTINCT_ID, distinct_id)) return undefined
  if (!matches(TIMESTAMP, timestamp) || Number.isNaN(Date.parse(timestamp))) return undefined
  if (!isRecord(properties)) return undefined
  const specs = { ...catalogue.common, ...catalogue.events[event]?.properties }
  const kept = keepListed(specs, properties)
  return kept && { event, uuid, timestamp, distinct_id, properties: kept }
}

function keepListed(
  specs: Readonly<Record<string, PropertySpec>>,
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  if (!Object.keys(properties).every((name) => Object.hasOwn(specs, name))) return undefined
  const kept: Record<string, unknown> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const value = properties[name]
    if (value === undefined && spec.optional) continue
    if (!fits(spec, value)) return undefined
    kept[name] = value
  }
  return kept
}

function fits(spec: PropertySpec, value: unknown): boolean {
  switch (spec.type) {
    case 'text':
      return 'values' in spec
        ? spec.values.some((allowed) => allowed === value)
        : matches(anchored(spec.shape), value)
    case 'list':
      return isList(value, spec.most) && value.every((item) => matches(anchored(spec.shape), item))
    case 'integer':
      return isCount(value, spec.most)
    case 'boolean':
      return typeof value === 'boolean'
    case 'counts':
      return (
        isRecord(value) &&
        Object.entries(value).every(([key, count]) => spec.keys.includes(key) && isCount(count, spec.most))
      )
  }
}

/** A shape always describes the whole text, whether or not its author wrote the anchors. */
function anchored(shape: string): RegExp {
  return new RegExp(`^(?:${shape})$`)
}

function matches(shape: RegExp, value: unknown): value is string {
  // No text of an event is longer; the bound also keeps every match cheap. `$` lets a last line break pass.
  return typeof value === 'string' && value.length <= 120 && !value.includes('\n') && shape.test(value)
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most
}

function isList(value: unknown, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= most
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
