import { expect, test } from 'vitest'
import { fit, type Safe, safe } from './safe.ts'

test('plain text is not Safe', () => {
  // @ts-expect-error an unsanitized string doesn't compile
  const text: Safe = 'jane'
  // @ts-expect-error nor does it in a gap
  expect(safe`<${'jane'}>`).toBe(`<${text}>`)
})

test('literals and safe texts are put together', () => {
  expect(safe``).toBe('')
  expect(safe`a`).toBe('a')
  expect(safe`${safe`a`}=${safe`b`}!`).toBe('a=b!')
})

test('only a string that fits is let through', () => {
  expect(fit(/^[a-z]+$/, 'jane')).toBe('jane')
  expect(fit(/^[a-z]+$/, 'Jane')).toBeUndefined()
  expect(fit(/^[a-z]+$/, { toString: () => 'jane' })).toBeUndefined()
  expect(fit(/^undefined$/, undefined)).toBeUndefined()
})
