import fc from 'fast-check'

/** Runs of each property, and what they may take; `FAST_CHECK_RUNS=1000000` for a long night. */
export const runs = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 2_000) }
export const timeout = 30_000 + runs.numRuns * 3

/** Strings that have broken somebody's parser before. Every sanitizer meets all of them. */
export const NASTY_STRINGS: readonly string[] = [
  '',
  ' ',
  '\n',
  'run\n',
  '\r\n--token\r\n',
  'nul\0byte',
  '\ud800',
  'lone\udfffsurrogate',
  '\u202Eright-to-left',
  '\u200Bzero-width',
  '–token',
  '—token',
  '−5',
  '-',
  '--',
  '---',
  '-=',
  '--=',
  '-5',
  '-.5e-3',
  '--=s3cret',
  '-o=',
  'constructor',
  '__proto__',
  'toString',
  'hasOwnProperty',
  '--__proto__',
  '--constructor=s3cret',
  '$&$1$`',
  '%00%2e%2e%2f',
  '../../etc/passwd',
  'C:\\Users\\jane',
  'ſecret',
  'KELVIN',
  'İstanbul',
  'é'.repeat(50),
  '<value>',
  '<script>',
  '{id}',
  'a'.repeat(41),
  'x'.repeat(5_000_000),
  '-'.repeat(5_000_000),
  '1'.repeat(5_000_000),
  '/'.repeat(1_000_000),
  `-${'1'.repeat(1_000_000)}x`,
  `--${'a-'.repeat(1_000_000)}`,
  `/${'{a'.repeat(1_000_000)}`,
]

/** What an untyped caller may pass where a string belongs. */
export const NASTY_VALUES: readonly unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  true,
  10n,
  Symbol('s3cret'),
  [],
  ['GET'],
  {},
  Object.create(null),
  () => 's3cret',
  new String('GET'),
  { toString: () => 's3cret', length: 3 },
  {
    toString: () => {
      throw new Error('s3cret')
    },
  },
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('s3cret')
      },
      getPrototypeOf: () => {
        throw new Error('s3cret')
      },
    },
  ),
]

/** Any text at all, often one of the nasty ones that are short enough to be tried thousands of times. */
export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...NASTY_STRINGS.filter(({ length }) => length < 100)),
  },
)
