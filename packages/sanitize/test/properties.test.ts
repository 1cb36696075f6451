import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import * as sanitize from '../src/index.ts'
import { anyText, NASTY_STRINGS, NASTY_VALUES, runs, timeout } from './nasty.ts'

vi.setConfig({ testTimeout: timeout })

const word = fc.stringMatching(/^[a-z]{1,9}$/)
const name = fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: anyText })

const option: fc.Arbitrary<sanitize.OptionSpec> = fc.record(
  {
    names: fc.array(
      fc.oneof(
        fc.stringMatching(/^-[a-z0-9]$/),
        word.map((letters) => `--${letters}`),
        fc.constantFrom('--api-token', '--no-color', '-pw', '--__proto__'),
        anyText,
      ),
      { minLength: 1, maxLength: 3 },
    ),
    value: fc.constantFrom('none' as const, 'required' as const, 'optional' as const),
    variadic: fc.boolean(),
    sensitive: fc.boolean(),
  },
  { requiredKeys: ['names', 'value'] },
)

const { command } = fc.letrec<{ command: sanitize.CommandSpec }>((tie) => ({
  command: fc.record(
    {
      name,
      aliases: fc.array(name, { maxLength: 2 }),
      standsFor: fc.array(name, { maxLength: 7 }),
      options: fc.array(option, { maxLength: 4 }),
      commands: fc.array(tie('command'), { maxLength: 3 }),
    },
    { requiredKeys: ['name'], noNullPrototype: true },
  ),
}))

function declaredNames(spec: sanitize.CommandSpec): readonly string[] {
  const options = (spec.options ?? []).flatMap(({ names }) => names)
  return [spec.name, ...(spec.standsFor ?? []), ...options, ...(spec.commands ?? []).flatMap(declaredNames)]
}

/** Words as users mix them: declared ones, declared ones with something glued on, and anything. */
function wordsFor(spec: sanitize.CommandSpec): fc.Arbitrary<string> {
  const declared = fc.constantFrom(...declaredNames(spec))
  return fc.oneof(
    declared,
    fc.tuple(declared, fc.constantFrom('', '=', ' ', '\n', '\0'), anyText).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('-', '--', '–'), anyText).map((parts) => parts.join('')),
    anyText,
  )
}

const commandLine = command.chain((root) =>
  fc.record({ root: fc.constant(root), argv: fc.array(wordsFor(root), { maxLength: 50 }) }),
)

/** The texts of an output without our own: the placeholders, `--`, and the `=` before a placeholder. */
function foreign(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.replace(/=?<[a-z]+>$/, '')).filter((text) => text !== '' && text !== '--')
}

describe('command lines', () => {
  test('not a character comes out that is not of a declared name, and every text has its shape', () => {
    fc.assert(
      fc.property(commandLine, ({ root, argv }) => {
        const { command, args } = sanitize.sanitizeCommand(argv, root)
        const declared = new Set(declaredNames(root))
        expect(foreign([...command.split(' '), ...args]).filter((text) => !declared.has(text))).toEqual([])
        expect(command).toMatch(sanitize.COMMAND_SHAPE)
        for (const arg of args) expect(arg).toMatch(sanitize.ARG_SHAPE)
        expect(args.length).toBeLessThanOrEqual(33)
      }),
      runs,
    )
  })

  test('what is declared comes out as it was declared, wherever it stands', () => {
    const root: sanitize.CommandSpec = {
      name: 'tool',
      options: [{ names: ['--switch'], value: 'none' }],
      commands: [{ name: 'go' }],
    }
    fc.assert(
      fc.property(
        fc.array(
          anyText.filter((text) => !text.startsWith('-')),
          { maxLength: 20 },
        ),
        (values) => {
          const { command, args } = sanitize.sanitizeCommand(['--switch', 'go', ...values, '--switch'], root)
          expect(command).toBe('go')
          expect(args).toHaveLength(values.length + 2)
          expect(args.at(0)).toBe('--switch')
          expect(args.at(-1)).toBe('--switch')
          expect(args.slice(1, -1).every((arg) => arg === sanitize.VALUE || arg === sanitize.PATH)).toBe(true)
        },
      ),
      runs,
    )
  })

  test.each(NASTY_STRINGS.map((text) => [JSON.stringify(text.slice(0, 20)), text] as const))(
    '%s',
    (_says, text) => {
      const declaration: sanitize.CommandSpec = {
        name: text,
        options: [{ names: [text, `-${text}`, `--${text}`], value: 'required' }],
        commands: [{ name: text, aliases: [text] }],
      }
      for (const argv of [[text], [`-${text}`], [`--${text}`], [`--x=${text}`], ['x', text, text]]) {
        const { command, args } = sanitize.sanitizeCommand(argv, declaration)
        expect(command).toMatch(sanitize.COMMAND_SHAPE)
        for (const arg of args) expect(arg).toMatch(sanitize.ARG_SHAPE)
      }
    },
  )
})

describe('endpoints', () => {
  const segment = fc.oneof(
    anyText,
    fc.uuid(),
    fc.emailAddress(),
    fc.ulid(),
    fc.base64String(),
    fc.webSegment(),
  )
  const path = fc.oneof(
    fc.webUrl({ withQueryParameters: true }),
    fc.array(segment).map((all) => all.join('/')),
  )

  test('with the words of the routes, nothing else comes out', () => {
    fc.assert(
      fc.property(path, (text) => {
        const endpoint = sanitize.sanitizeEndpoint(text, ['api', 'models'])
        const possible = ['', 'api', 'models', '{id}', '{hash}', '*']
        expect(endpoint.split('/').filter((part) => !possible.includes(part))).toEqual([])
        expect(endpoint).toMatch(sanitize.ENDPOINT_SHAPE)
      }),
      runs,
    )
  })

  test('without them, only whole lower-case words and versions do', () => {
    fc.assert(
      fc.property(path, (text) => {
        const endpoint = sanitize.sanitizeEndpoint(text)
        expect(endpoint).toMatch(sanitize.ENDPOINT_SHAPE)
        for (const part of endpoint.slice(1).split('/')) {
          if (/^(?:\{id\}|\{hash\}|\*|)$/.test(part)) continue
          expect(part).toMatch(/^(?:[a-z]+(?:[-_][a-z]+)*|v\d\d?)$/)
          expect(text.split(/[/?#]/)).toContain(part)
        }
      }),
      runs,
    )
  })

  test('a route has the shape, and so has the route of a route', () => {
    const piece = fc.oneof(
      word,
      fc.constantFrom(':id', '{id}', '{id:', '[id]', '[...', '*', '(', ')', '}', ']', '<id>', '/'),
      anyText,
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const route = sanitize.sanitizeRoute(pieces.join(''))
        expect(route).toMatch(sanitize.ENDPOINT_SHAPE)
        expect(sanitize.sanitizeRoute(route)).toBe(route)
      }),
      runs,
    )
  })
})

describe('errors', () => {
  test('nothing that is set at run time comes out', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, message) => {
        const Named = { [text]: class extends RangeError {} }[text] as ErrorConstructor
        const error = Object.assign(new Named(message), {
          name: text,
          code: text,
          stack: text,
          constructor: text,
        })
        expect(sanitize.sanitizeErrorType(error)).toBe('RangeError')
        expect(sanitize.sanitizeErrorType(text)).toBe('Error')
      }),
      runs,
    )
  })

  test('anything can be thrown', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true }),
        (thrown) => {
          expect(sanitize.sanitizeErrorType(thrown)).toBe('Error')
        },
      ),
      runs,
    )
  })
})

/** Every function of one text, and a test for what it may give. */
const SANITIZERS: readonly (readonly [name: string, (text: never) => unknown, (given: string) => boolean])[] =
  [
    ['sanitizeEndpoint', sanitize.sanitizeEndpoint, (text) => sanitize.ENDPOINT_SHAPE.test(text)],
    ['sanitizeRoute', sanitize.sanitizeRoute, (text) => sanitize.ENDPOINT_SHAPE.test(text)],
    ['sanitizeErrorType', sanitize.sanitizeErrorType, (text) => sanitize.ERROR_TYPE_SHAPE.test(text)],
    ['sanitizeMethod', sanitize.sanitizeMethod, (text) => sanitize.METHODS.some((known) => known === text)],
    ['sanitizeVersion', sanitize.sanitizeVersion, (text) => sanitize.VERSION_SHAPE.test(text)],
    [
      'sanitizePlatform',
      sanitize.sanitizePlatform,
      (text) => sanitize.PLATFORMS.some((known) => known === text),
    ],
    [
      'sanitizePlatformVersion',
      sanitize.sanitizePlatformVersion,
      (text) => sanitize.PLATFORM_VERSION_SHAPE.test(text),
    ],
    [
      'sanitizeArchitecture',
      sanitize.sanitizeArchitecture,
      (text) => sanitize.ARCHITECTURES.some((known) => known === text),
    ],
    [
      'safeUuid',
      (text) => sanitize.safeUuid(text) ?? '',
      (text) => text === '' || sanitize.UUID_SHAPE.test(text),
    ],
    [
      'safeHex16',
      (text) => sanitize.safeHex16(text) ?? '',
      (text) => text === '' || sanitize.HEX16_SHAPE.test(text),
    ],
  ]

describe.each(SANITIZERS)('%s', (_name, sanitizer, isPossible) => {
  const near = fc.oneof(
    anyText,
    fc.stringMatching(/^v?[0-9]{1,6}(\.[0-9]{1,6}){0,5}(-[a-z]{1,8}(\.[0-9]+)?)?(\+[a-z]*)?$/),
    fc.uuid(),
    fc.stringMatching(/^(ci-)?[0-9a-f]{15,17}$/),
    fc.constantFrom('get', 'Post', 'win32', 'linux', 'x64'),
  )

  test('gives nothing but what its shape describes, for any text', () => {
    fc.assert(
      fc.property(near, (text) => {
        expect(sanitizer(text as never)).toSatisfy(isPossible)
      }),
      runs,
    )
    for (const text of NASTY_STRINGS) expect(sanitizer(text as never)).toSatisfy(isPossible)
  })

  test('takes values that are no text', () => {
    for (const value of NASTY_VALUES) expect(sanitizer(value as never)).toSatisfy(isPossible)
  })
})
