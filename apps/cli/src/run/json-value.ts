import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A double holds every decimal number of this many digits. */
const EXACT_DIGITS = 15

const TIMESTAMPS = [
  DuckDBTimestampValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
]

/** What has infinities of its own. */
const TIMES = [DuckDBDateValue, DuckDBTimestampTZValue, ...TIMESTAMPS]

/**
 * A value of a result as JSON: whole and decimal numbers are numbers where a double holds them exactly, else strings;
 * NaN and the infinities, those of days and times too, are null, for JSON has none; dates are `2026-01-31`, timestamps
 * `2026-01-31T10:00:00`, in UTC with a `Z` where the type has a zone; lists, structs and maps are arrays and objects; the rest is
 * DuckDB's own text.
 */
export function toJsonValue(value: DuckDBValue): JsonValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof DuckDBDecimalValue) return decimal(String(value))
  if (isInfinite(value)) return null
  if (value instanceof DuckDBTimestampTZValue) {
    return `${timestamp(String(new DuckDBTimestampValue(value.micros)))}Z`
  }
  if (TIMESTAMPS.some((type) => value instanceof type)) return timestamp(String(value))
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map(toJsonValue)
  if (value instanceof DuckDBUnionValue) return toJsonValue(value.value)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, toJsonValue(item)]))
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: item }) => ({ key: toJsonValue(key), value: toJsonValue(item) }))
  }
  return String(value)
}

function isInfinite(value: DuckDBValue): boolean {
  return TIMES.some((time) => value instanceof time && !value.isFinite)
}

function decimal(text: string): number | string {
  // A type of many places pads every number with zeros: 12.5 is 12.500000000000000000 in DECIMAL(38, 18).
  const unpadded = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  const digits = unpadded.replace(/^-?0*\.?0*/, '').replace('.', '').length
  return digits <= EXACT_DIGITS ? Number(text) : text
}

function timestamp(text: string): string {
  return text.replace(/ (?=\d)/, 'T')
}
