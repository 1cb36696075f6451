import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digest16 } from './digest.ts'

const expected = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 16)

test.each([
  ['the empty text, as FIPS 180-4 has it', '', 'e3b0c44298fc1c14'],
  ['the text of FIPS 180-4', 'abc', 'ba7816bf8f01cfea'],
  ['a lone surrogate is U+FFFD', 'a\ud800b', expected('a\ufffdb')],
  ['a megabyte', 'x'.repeat(1 << 20), expected('x'.repeat(1 << 20))],
])('%s', (_, text, digest) => {
  expect(digest16(text)).toBe(digest)
})

test('every length around the block size is what node:crypto says', () => {
  for (let length = 0; length <= 260; length++) {
    const text = 'v'.repeat(length)
    expect(digest16(text)).toBe(expected(text))
  }
})

test('any text is what node:crypto says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => digest16(text) === expected(text)),
  )
})
