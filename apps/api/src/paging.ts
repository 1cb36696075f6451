/** A part of a list: how many items to pass over, and how many to give at most. */
export interface Page {
  readonly offset: number
  readonly limit: number
}

/** One page holds this many rows unless the client says otherwise. */
const DEFAULT_LIMIT = 100

/** No page holds more: it bounds what one answer costs. */
const MAX_LIMIT = 1000

/**
 * Reads `offset` (0 or more) and `limit` (1 to 1000), or says what is wrong with them. Each may stand at most once and be
 * only digits.
 */
export function readPaging(
  query: (name: string) => readonly string[] | undefined,
): Page | { readonly problem: string } {
  const offset = wholeNumber(query('offset'), 0)
  if (offset === undefined) return { problem: 'offset must be one whole number, 0 or more.' }
  const limit = wholeNumber(query('limit'), DEFAULT_LIMIT)
  if (limit === undefined || limit < 1 || limit > MAX_LIMIT) {
    return { problem: `limit must be one whole number from 1 to ${MAX_LIMIT}.` }
  }
  return { offset, limit }
}

/** Up to 15 digits are exact in a JavaScript number. */
function wholeNumber(values: readonly string[] | undefined, fallback: number): number | undefined {
  if (values === undefined || values.length === 0) return fallback
  const [value = '', ...more] = values
  return more.length === 0 && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}
