import { expect, test } from 'vitest'
import { inOneLine, printable } from './printable.ts'

test.each([
  [
    'letters of any script, emoji made of several and tabs stay',
    'Größe\t売上 👩‍👧 e\u0301',
    'Größe\t売上 👩‍👧 e\u0301',
  ],
  ['line breaks stay, those of Windows as plain ones', 'a\nb\r\nc', 'a\nb\nc'],
  ['a colour', '\u001b[31mred', '\\u001b[31mred'],
  ['a carriage return, which begins the line anew', 'bad\rgood', 'bad\\u000dgood'],
  ['a bell, a backspace, a null and a delete', '\u0007\b\0\u007f', '\\u0007\\u0008\\u0000\\u007f'],
  ['a control of the second set', '\u009b31m', '\\u009b31m'],
  ['an override of the direction', 'a\u202egpj.exe\u2066', 'a\\u202egpj.exe\\u2066'],
  ['a separator of lines', 'a\u2028b', 'a\\u2028b'],
  ['nothing', '', ''],
])('%s', (_case, text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('in one line a line break is escaped too', () => {
  expect(inOneLine('shop\nError: forged')).toBe('shop\\u000aError: forged')
})

test('JSON means the same afterwards', () => {
  const json = JSON.stringify({ a: 'x\u202e\u009b\n' }, null, 2)
  expect(JSON.parse(printable(json))).toEqual(JSON.parse(json))
})
