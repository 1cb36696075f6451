import { expect, test } from 'vitest'
import { nearNames, renderNearNames } from './near-names.ts'

test.each<[string, string, string[], string[]]>([
  ['a letter is missing', 'chat', ['chart', 'table'], ['chart']],
  ['two letters changed places', 'stauts', ['status', 'show'], ['status']],
  ['the case is another one', 'Orders', ['orders'], ['orders']],
  [
    'the nearest comes first, and no more than three',
    'order1',
    ['order23', 'order2', 'order3', 'order4'],
    ['order2', 'order3', 'order4'],
  ],
  ['one letter is no slip for another', 'z', ['b', 's', 'a'], []],
  ['one letter in another case is', 'A', ['b', 'a'], ['a']],
  ['two letters are no slip for two others', 'en', ['on', 'an'], []],
  ['a short name has room for one edit', 'cake', ['bikes', 'lake'], ['lake']],
  [
    'a long name has room for two',
    'quarterly_revenue',
    ['quarterly_expenses', 'quaterly_revenu'],
    ['quaterly_revenu'],
  ],
])('%s', (_case, name, candidates, near) => {
  expect(nearNames(name, candidates)).toEqual(near)
})

test('nothing near is nothing said', () => {
  expect(renderNearNames('z', ['a'])).toBe('')
  expect(renderNearNames('modle', ['model', 'mode'])).toBe(" Did you mean 'mode'?")
})
