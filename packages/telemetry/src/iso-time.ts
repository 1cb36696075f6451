/**
 * A time in milliseconds since 1970 as ISO 8601 in UTC with milliseconds: up to the year 9999 what `toISOString` gives,
 * whose first call in a process takes 0.2 ms. As that one, it throws a `RangeError` for what is no time: not a number,
 * infinite, or beyond what `Date` takes.
 */
export function isoTime(at: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) throw new RangeError('not a time')
  const day = [padded(date.getUTCFullYear(), 4), padded(date.getUTCMonth() + 1), padded(date.getUTCDate())]
  const time = [padded(date.getUTCHours()), padded(date.getUTCMinutes()), padded(date.getUTCSeconds())]
  return `${day.join('-')}T${time.join(':')}.${padded(date.getUTCMilliseconds(), 3)}Z`
}

function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0')
}
