import { expect, test } from 'vitest'
import { findBrokenReference, findReferences, replaceReferences } from './references.ts'

test.each([
  ['a reference', '${ref(orders)}', [['orders', '']]],
  ['a column', '${ref(orders).total}', [['orders', '.total']]],
  ['blanks inside', '${ ref( orders ).total }', [['orders', '.total']]],
  ['the older form', 'ref(orders)', [['orders', '']]],
  ['the older form with a column', ' ref(orders).total ', [['orders', '.total']]],
  [
    'several in a query',
    '?{sum(${ref(a).x}) / ${ref(b).y}}',
    [
      ['a', '.x'],
      ['b', '.y'],
    ],
  ],
  ['an index', '${ref(region)[0].value}', [['region', '[0].value']]],
  ['a name with everything that names hold', `\${ref(it's "2" big_b-c)}`, [[`it's "2" big_b-c`, '']]],
  ['an environment variable is none', '${env.HOME}', []],
  ['a function that only ends in ref', 'select myref(orders)', []],
  ['the older form inside a text is none', 'see ref(orders) there', []],
  ['an unfinished one', '${ref(orders', []],
])('%s: %s', (_case, text, expected) => {
  expect(findReferences(text).map(({ name, path }) => [name, path])).toEqual(expected)
})

test.each([
  ['select * from ${ref(orders)', '${ref(orders)'],
  ['${ref(a)} and ${ ref(orders } x', '${ ref(orders }'],
  ['${ref(a(b))}', '${ref(a(b))}'],
  ["select * from {{ ref('orders') }}", "{{ ref('orders') }}"],
  ['{{- ref("a") -}} x', '{{- ref("a") -}}'],
  ['?{sum(${ref(a).x}) / ${ref(b).y}}', undefined],
  ['${refresh(x)} ref(orders', undefined],
])('what lacks a bracket, or has others, is no reference: %s', (text, expected) => {
  expect(findBrokenReference(text)).toBe(expected)
})

test('references are replaced, the text around them stays', () => {
  const replaced = replaceReferences('?{sum(${ref(a).x}) + ${env.N}}', ({ name, path }) => `${name}${path}`)
  expect(replaced).toBe('?{sum(a.x) + ${env.N}}')
})
