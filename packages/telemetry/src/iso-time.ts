/**
 * A time in milliseconds since 1970 as ISO 8601 in UTC with milliseconds, like `toISOString`, whose first
 * call in a process takes 0.2 ms, and now and then up to 13.
 */
export function isoTime(at: number): string {
  const date = new Date(at)
  const day = [padded(date.getUTCFullYear(), 4), padded(date.getUTCMonth() + 1), padded(date.getUTCDate())]
  const time = [padded(date.getUTCHours()), padded(date.getUTCMinutes()), padded(date.getUTCSeconds())]
  return `${day.join('-')}T${time.join(':')}.${padded(date.getUTCMilliseconds(), 3)}Z`
}

function padded(value: number, digits = 2): string {
  return String(value).padStart(digits, '0')
}
