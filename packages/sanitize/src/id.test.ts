import { describe, expect, test } from 'vitest'
import { safeHex16, safeUuid } from './id.ts'

const uuid = '0b6f3d0e-8f5a-4c1e-9a39-2f1d7a0f3f10'

test.each([
  ['a UUID', uuid, true],
  ['in capitals', uuid.toUpperCase(), true],
  ['a machine id of CI', `ci-${uuid}`, false],
  ['with a line break', `${uuid}\n`, false],
  ['with a space before it', ` ${uuid}`, false],
  ['with braces', `{${uuid}}`, false],
  ['without dashes', uuid.replaceAll('-', ''), false],
  ['one group too many', `${uuid}-2f1d`, false],
  ['one digit short', uuid.slice(1), false],
  ['a letter that is no digit', uuid.replace('b', 'g'), false],
  ['nothing', '', false],
  ['no string', [uuid] as never, false],
])('%s', (_says, text, isUuid) => {
  expect(safeUuid(text)).toBe(isUuid ? text : undefined)
})

describe('16 hexadecimal digits', () => {
  test.each([
    ['in lower case', '0123456789abcdef', true],
    ['in capitals', '0123456789ABCDEF', false],
    ['15', '0123456789abcde', false],
    ['17', '0123456789abcdef0', false],
    ['with a line break', '0123456789abcdef\n', false],
    ['a letter that is no digit', 'g123456789abcdef', false],
    ['no string', 1234567890123456 as never, false],
  ])('%s', (_says, text, fits) => {
    expect(safeHex16(text)).toBe(fits ? text : undefined)
  })
})
