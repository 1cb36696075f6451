import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnknownReferenceError, UsageError } from '../errors.ts'
import { parseFilter, selectNames } from './filter.ts'
import type { Edge } from './graph.ts'
import type { Kind } from './kinds.ts'

/** board → chart → insight → model → source, and a second branch from board to source. */
const EDGES = [
  edge('dashboards', 'board', 'charts', 'chart'),
  edge('charts', 'chart', 'insights', 'insight'),
  edge('insights', 'insight', 'models', 'model'),
  edge('models', 'model', 'sources', 'source'),
  edge('dashboards', 'board', 'tables', 'other table'),
  edge('tables', 'other table', 'models', 'it\'s 2 "x"'),
  edge('models', 'it\'s 2 "x"', 'sources', 'source'),
]
const NAMES = new Set(EDGES.flatMap(({ from, to }) => [from.name, to.name]))

describe('a filter selects', () => {
  test.each([
    ['only the name itself', 'chart', ['chart']],
    ['what the name depends on', '+chart', ['chart', 'insight', 'model', 'source']],
    ['what depends on the name', 'model+', ['model', 'insight', 'chart', 'board']],
    ['both directions, and no sideways', '+chart+', ['chart', 'insight', 'model', 'source', 'board']],
    ['two steps down', '2+chart', ['chart', 'insight', 'model']],
    ['one step up', 'model+1', ['model', 'insight']],
    ['a distance of nought', '0+chart+0', ['chart']],
    ['several, with spaces around the commas', 'source , board', ['source', 'board']],
    ['a name with a space', '+other table', ['other table', 'it\'s 2 "x"', 'source']],
    ['a name with quotes and a digit', '1+it\'s 2 "x"', ['it\'s 2 "x"', 'source']],
    ['a name in quotes that are not its own', "+'model'", ['model', 'source']],
  ])('%s: %s', (_case, filter, expected) => {
    expect([...selectNames(parseFilter(filter), NAMES, EDGES)].sort()).toEqual([...expected].sort())
  })
})

test.each([
  ['nothing', ''],
  ['only a plus', '+'],
  ['two pluses', '++chart'],
  ['an empty part', 'chart,'],
  ['a distance without a plus after the name', '+chart+x'],
])('%s is no filter: %s', (_case, filter) => {
  expect(() => parseFilter(filter)).toThrow(UsageError)
})

test('a name that does not exist is an error with near names', () => {
  expect(() => selectNames(parseFilter('+chat'), NAMES, EDGES)).toThrow(UnknownReferenceError)
  expect(() => selectNames(parseFilter('+chat'), NAMES, EDGES)).toThrow("Did you mean 'chart'?")
})

test('layers that are fully connected take no longer than their edges', () => {
  const layers = Array.from({ length: 40 }, (_, layer) => [0, 1, 2].map((one) => `${layer}-${one}`))
  const edges = layers.flatMap((layer, index) =>
    layer.flatMap((from) => (layers[index + 1] ?? []).map((to) => edge('models', from, 'models', to))),
  )
  expect(selectNames(parseFilter('+0-0'), new Set(layers.flat()), edges).size).toBe(1 + 39 * 3)
})

test('any text either parses into names without pluses or is a usage error', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        for (const { name } of parseFilter(text)) expect(name).not.toMatch(/[+,]/)
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
      }
    }),
  )
})

function edge(fromKind: Kind, from: string, toKind: Kind, to: string): Edge {
  return { from: { kind: fromKind, name: from }, to: { kind: toKind, name: to } }
}
