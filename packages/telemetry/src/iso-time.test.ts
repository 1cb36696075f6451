import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { isoTime } from './iso-time.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['in UTC', 'UTC', 0],
  ['far to the east', 'Pacific/Kiritimati', -840],
  ['to the west, half an hour off', 'Pacific/Marquesas', 570],
])('any time up to the year 9999 is written as toISOString writes it, %s', (_, zone, minutes) => {
  vi.stubEnv('TZ', zone)
  // Otherwise this machine's own zone is all that is tried.
  expect(new Date('2026-01-01').getTimezoneOffset()).toBe(minutes)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }), (at) => {
      expect(isoTime(at)).toBe(new Date(at).toISOString())
    }),
  )
})

test.each([
  ['no number', Number.NaN],
  ['without an end', Number.POSITIVE_INFINITY],
  ['without a beginning', Number.NEGATIVE_INFINITY],
  ['a millisecond beyond what a date can be', 8_640_000_000_000_001],
])('what is no time is never written as if it were one: %s', (_, at) => {
  expect(() => isoTime(at)).toThrow(RangeError)
})
