import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime } from './iso-time.ts'

test('any time up to the year 9999 is written as toISOString writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }), (at) => {
      expect(isoTime(at)).toBe(new Date(at).toISOString())
    }),
  )
})
