import { expect, test } from 'vitest'
import { mayBeOverCaps, overCaps } from './outbox-caps.ts'
import { uuidV7 } from './uuid-v7.ts'

const NOW = Date.parse('2026-03-14T15:09:26.535Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The name of an event's file, as the outbox writes it. */
const named = (at: number, bytes = 500) => `${uuidV7(at)}.${bytes}.json`
const many = (count: number, bytes?: number) => Array.from({ length: count }, () => named(NOW, bytes))

test.each<[string, readonly string[], readonly number[]]>([
  ['a thousand stay', many(1_000), []],
  ['of one more the oldest goes', [named(NOW - HOUR), ...many(1_000)], [0]],
  ['two million bytes stay', many(4, 500_000), []],
  ['of one more the oldest goes', [named(NOW - HOUR, 1), ...many(4, 500_000)], [0]],
  ['what is two weeks old stays', [named(NOW - 14 * DAY)], []],
  ['what is older goes', [named(NOW - 14 * DAY - 1), named(NOW)], [0]],
  ['what a clock ahead named goes before what is older', [...many(1_000), named(NOW + DAY + 1)], [1_000]],
  ['a clock that is a little ahead is none of these', [named(NOW), ...many(999), named(NOW + DAY - 1)], [0]],
])('of what waits, %s; a glance says so, too', (_sentence, names, go) => {
  expect(overCaps(names, NOW)).toEqual(go.map((index) => names[index]))
  expect(mayBeOverCaps(names, NOW)).toBe(go.length > 0)
})

test('what another writer is about to rename is not taken for something old', () => {
  expect(mayBeOverCaps([`.${named(NOW)}.tmp`], NOW)).toBe(false)
})
