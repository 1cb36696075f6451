import { UUID_SHAPE } from '@visivo/sanitize'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { uuidV7 } from './uuid-v7.ts'

test('for any time it is a UUID of version 7 that tells the time, and later ones sort behind', () => {
  const time = fc.integer({ min: 0, max: 2 ** 47 })
  fc.assert(
    fc.property(time, time, (one, other) => {
      const [first, second] = [uuidV7(one), uuidV7(other)]
      expect(first).toMatch(UUID_SHAPE)
      expect([first.charAt(14), '89ab'.includes(first.charAt(19))]).toEqual(['7', true])
      expect(Number.parseInt(first.slice(0, 13).replace('-', ''), 16)).toBe(one)
      if (one < other) expect(first < second).toBe(true)
    }),
  )
})

test('a hundred thousand made within a millisecond are all different', () => {
  expect(new Set(Array.from({ length: 100_000 }, () => uuidV7(1))).size).toBe(100_000)
})

test('a program whose tests have put a number in place of chance makes thousands of them within a millisecond', () => {
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5)
  onTestFinished(() => chance.mockRestore())
  expect(new Set(Array.from({ length: 4_096 }, () => uuidV7(1))).size).toBe(4_096)
})

test.each<[string, unknown]>([
  ['one, which chance never gives', 1],
  ['nothing', undefined],
])('a program whose tests have put %s in place of chance loses no event for it', (_sentence, given) => {
  const chance = vi.spyOn(Math, 'random').mockReturnValue(given as number)
  onTestFinished(() => chance.mockRestore())
  expect(uuidV7(1)).toMatch(UUID_SHAPE)
})

test.each([
  ['was never set, and lies before 1970,', -1],
  ['lies in the year 10889, where the digits end,', 2 ** 48],
])('a clock that %s costs no event', (_sentence, now) => {
  expect(uuidV7(now)).toMatch(UUID_SHAPE)
})

test('a clock that gives parts of milliseconds costs no event', () => {
  expect(uuidV7(1_700_000_000_000.25).slice(0, 13)).toBe(uuidV7(1_700_000_000_000).slice(0, 13))
  expect(uuidV7(1_700_000_000_000.25)).toMatch(UUID_SHAPE)
})
