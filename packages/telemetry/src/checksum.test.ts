import { expect, test } from 'vitest'
import { checksum } from './checksum.ts'

test.each([
  ['nothing', '', '811c9dc5'],
  ['a letter', 'a', 'e40c292c'],
  ['a word', 'foobar', 'bf9cf968'],
  ['a null character, whose sum starts with a zero,', '\0', '050c5d1f'],
])('%s has the sum that FNV-1a was published with', (_, text, sum) => {
  expect(checksum(text)).toBe(sum)
})
