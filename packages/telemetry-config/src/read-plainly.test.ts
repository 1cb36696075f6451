import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFully } from './read-fully.ts'
import { readPlainly } from './read-plainly.ts'
import { GLOBAL_SWITCH, meaningOf, PROJECT_SWITCH, type Reading } from './switch.ts'

const meaning = (reading: Reading) => {
  if ('problem' in reading) return 'off'
  if (reading.found.some(({ value }) => meaningOf(value) !== 'on')) return 'off'
  return reading.found.length > 0 ? 'on' : 'silent'
}

const KEYS = [
  'telemetry_enabled',
  'defaults',
  'a',
  '"telemetry_enabled"',
  '"defaults"',
  '<<',
  '- a',
  '?',
  '{ a',
]
const VALUES = [
  '',
  ' false',
  ' true',
  ' "off"',
  ' no # c',
  ' |',
  ' >-',
  ' {',
  ' [',
  ' "',
  " 'x",
  ' }',
  ' ]',
  ' x"',
  ' &a',
  ' *a',
  ' 0x0',
  ' # c',
  ' a: b',
  ' \\',
]
const LONE = [
  '',
  '# telemetry_enabled: false',
  '---',
  '--- |',
  '...',
  '"',
  "'",
  '}',
  ']',
  '{',
  '%YAML 1.1',
  '- |',
  'x',
  '\ttelemetry_enabled: false',
  '\u2028',
]
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES))
      .map(([key, value]) => `${key}:${value}`),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LONE) },
)
const indented = fc
  .tuple(fc.constantFrom(0, 0, 1, 2, 2, 4), line)
  .map(([depth, text]) => ' '.repeat(depth) + text)
const text = fc.array(indented, { maxLength: 9 }).map((lines) => lines.join('\n'))

test.each([
  ['the global file', GLOBAL_SWITCH],
  ['the project file', PROJECT_SWITCH],
])('whatever stands in %s, what is settled plainly is what the parser finds', (_, keyPath) => {
  fc.assert(
    fc.property(text, (yaml) => {
      const plain = readPlainly(yaml, keyPath)
      const inCommentsOnly = yaml
        .split('\n')
        .every((each) => !each.includes('telemetry_enabled') || /^\s*#/.test(each))
      if (plain === undefined || inCommentsOnly) return
      expect(meaning(plain)).toBe(meaning(readFully(yaml, [keyPath])))
    }),
    { numRuns: 3000 },
  )
})

test.each([
  ['the word is nowhere', 'models: [{', PROJECT_SWITCH, true],
  [
    'the word is in comments',
    '# telemetry_enabled: true\nmodels:\n  - sql: |\n      x\n',
    PROJECT_SWITCH,
    true,
  ],
  ['a plain off in the global file', 'x: |\n  a\ntelemetry_enabled: false\n', GLOBAL_SWITCH, true],
  [
    'a plain on in a plain global file',
    '# c\n\na: "b c" # d\ntelemetry_enabled: true\n',
    GLOBAL_SWITCH,
    true,
  ],
  ['a plain on in a global file with more', 'a:\n  - b\ntelemetry_enabled: true\n', GLOBAL_SWITCH, false],
  [
    'a plain off in a project',
    `x: [\n  1]\ndefaults:\n  source_name: \${ref(a)}\n  telemetry_enabled: no\n`,
    PROJECT_SWITCH,
    true,
  ],
  ['an on in a project', 'defaults:\n  telemetry_enabled: true\n', PROJECT_SWITCH, false],
  ['an off in a flow map', 'defaults: {telemetry_enabled: false}\n', PROJECT_SWITCH, false],
  ['an overlong line', `telemetry_enabled: ${' '.repeat(2000)}false`, GLOBAL_SWITCH, false],
])('%s takes no parser: %#', (_, yaml, keyPath, isSettled) => {
  expect(readPlainly(yaml, keyPath) !== undefined).toBe(isSettled)
})
