import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { visivo } from './product.ts'
import type { TextFile } from './read-text.ts'
import type { Environment, Sources } from './sources.ts'

const KEY: Environment = { VISIVO_POSTHOG_API_KEY: 'phc_secret' }
const absent: TextFile = { state: 'absent', path: '/x' }
const file = (text: string): TextFile => ({ state: 'read', path: '/x', text })
const sources = (some: Partial<Sources> = {}): Sources => ({
  env: KEY,
  envFile: {},
  project: absent,
  global: absent,
  ...some,
})
const ask = (some: Partial<Sources>) => decide(visivo, sources(some))

test.each<[string, object]>([
  ['a number in place of a text', { env: { ...KEY, DO_NOT_TRACK: 0 } }],
  ['a switch that is no text, of a file that was parsed as YAML', { envFile: { DO_NOT_TRACK: true } }],
  ['no environment', { env: null }],
  ['a text in place of a file', { project: 'telemetry_enabled: true' }],
])('a program without types that hands over %s has telemetry off, and no error', (_, wrong) => {
  expect(decide(visivo, { ...sources(), ...wrong })).toMatchObject({
    enabled: false,
    because: { source: 'the environment', value: "can't be read", verdict: 'off', unclear: true },
  })
})

test('with a key and no word against it, telemetry is on, and every source is listed', () => {
  expect(ask({})).toEqual({
    enabled: true,
    destination: { host: 'https://us.i.posthog.com', apiKey: 'phc_secret' },
    checked: [
      { kind: 'environment', source: 'VISIVO_TELEMETRY_DISABLED', value: 'not set', verdict: 'silent' },
      { kind: 'environment', source: 'DO_NOT_TRACK', value: 'not set', verdict: 'silent' },
      { kind: 'env-file', source: 'VISIVO_TELEMETRY_DISABLED in .env', value: 'not set', verdict: 'silent' },
      { kind: 'env-file', source: 'DO_NOT_TRACK in .env', value: 'not set', verdict: 'silent' },
      {
        kind: 'project',
        source: 'defaults.telemetry_enabled in project.visivo.yml',
        value: 'no file',
        verdict: 'silent',
        path: '/x',
      },
      {
        kind: 'global',
        source: 'telemetry_enabled in ~/.visivo/config.yml',
        value: 'no file',
        verdict: 'silent',
        path: '/x',
      },
      { kind: 'destination', source: 'destination', value: 'https://us.i.posthog.com', verdict: 'on' },
    ],
  })
})

test('without a key it is off, and says so', () => {
  expect(ask({ env: {} })).toMatchObject({
    enabled: false,
    because: { kind: 'destination', value: 'no key: VISIVO_POSTHOG_API_KEY is not set' },
  })
})

describe.each(['VISIVO_TELEMETRY_DISABLED', 'DO_NOT_TRACK'])('%s', (name) => {
  test.each([
    ['1', '1'],
    ['true', 'true'],
    ['YES', 'YES'],
    [' on ', 'on'],
    ['2', 'set, but not to a clear yes or no'],
    ['please', 'set, but not to a clear yes or no'],
    ['null', 'set, but not to a clear yes or no'],
    ['constructor', 'set, but not to a clear yes or no'],
  ])('%j opts out, in the environment and in .env', (text, value) => {
    expect(ask({ env: { ...KEY, [name]: text } })).toMatchObject({
      enabled: false,
      because: { kind: 'environment', source: name, value, verdict: 'off' },
    })
    expect(ask({ envFile: { [name]: text } })).toMatchObject({
      enabled: false,
      because: { kind: 'env-file', source: `${name} in .env`, value, verdict: 'off' },
    })
  })

  test.each(['', '  ', '0', 'false', 'No', ' OFF\n'])('%j does not opt out', (text) => {
    expect(ask({ env: { ...KEY, [name]: text }, envFile: { [name]: text } }).enabled).toBe(true)
  })

  test('an on in the environment does not override an off in .env', () => {
    expect(ask({ env: { ...KEY, [name]: '0' }, envFile: { [name]: '1' } }).enabled).toBe(false)
  })
})

test('another product has its own variables and files, and DO_NOT_TRACK', () => {
  const decision = decide(
    { ...visivo, envPrefix: 'ACME', directoryName: '.acme', projectFile: 'acme.yml' },
    sources(),
  )
  expect(decision.checked.map(({ source }) => source)).toEqual([
    'ACME_TELEMETRY_DISABLED',
    'DO_NOT_TRACK',
    'ACME_TELEMETRY_DISABLED in .env',
    'DO_NOT_TRACK in .env',
    'defaults.telemetry_enabled in acme.yml',
    'telemetry_enabled in ~/.acme/config.yml',
    'destination',
  ])
})

test('an env file that can not be read is off for that, and no variable in it is made up', () => {
  const broken = { state: 'unreadable', path: '/p/prod.env', reason: 'EACCES' } as const
  const { checked } = ask({ brokenEnvFiles: [broken] })
  expect(checked.filter(({ kind }) => kind === 'env-file')).toMatchObject([
    { source: 'VISIVO_TELEMETRY_DISABLED in .env', verdict: 'silent' },
    { source: 'DO_NOT_TRACK in .env', verdict: 'silent' },
    {
      source: 'prod.env',
      value: "the file can't be read (EACCES)",
      verdict: 'off',
      unclear: true,
      broken: true,
    },
  ])
})

test.each([null, false, ''])(
  '%j in place of what says off, from a program without types, says nothing',
  (optedOut) => {
    const told: object = { optedOut }
    expect(ask(told)).toEqual(ask({}))
  },
)

test('an off that the tool tells of is named in its own words', () => {
  expect(ask({ optedOut: 'telemetry_enabled in build/project.json' })).toMatchObject({
    enabled: false,
    because: { kind: 'project', source: 'telemetry_enabled in build/project.json', value: 'false' },
  })
})

const OFF: Readonly<Record<string, Partial<Sources>>> = {
  variable: { env: { ...KEY, VISIVO_TELEMETRY_DISABLED: 'true' } },
  doNotTrack: { env: { ...KEY, DO_NOT_TRACK: '1' } },
  envFile: { envFile: { DO_NOT_TRACK: '1' } },
  project: { project: file('defaults:\n  telemetry_enabled: false\n') },
  global: { global: file('telemetry_enabled: false\n') },
  brokenEnvFile: { brokenEnvFiles: [{ state: 'unreadable', path: '/x/.env', reason: 'EIO' }] },
  unreadable: { global: { state: 'unreadable', path: '/x', reason: 'EIO' } },
  toldByTheTool: { optedOut: 'telemetry_enabled in build/project.json' },
  noKey: { env: {} },
}

test('any off wins, whatever the others say', () => {
  const variable = fc.constantFrom(undefined, '', '0', 'false', '1', 'x')
  const environment = fc.record({ VISIVO_TELEMETRY_DISABLED: variable, DO_NOT_TRACK: variable })
  const text = fc.constantFrom(
    absent,
    file(''),
    file('telemetry_enabled: true\n'),
    file('defaults:\n  telemetry_enabled: true\n'),
  )
  const any = fc.record({ env: environment, envFile: environment, project: text, global: text })
  fc.assert(
    fc.property(any, fc.constantFrom(...Object.keys(OFF)), (others, name) => {
      const off = OFF[name] ?? {}
      const key = name === 'noKey' ? {} : KEY
      const some = sources({ ...others, ...off, env: { ...others.env, ...key, ...off.env } })
      const decision = decide(visivo, some)
      expect(decision.enabled).toBe(false)
      const first = decision.checked.find(({ verdict }) => verdict === 'off')
      expect('because' in decision && decision.because).toEqual(first)
      // As whoever records asks.
      const { checked, ...short } = decide(visivo, some, { untilFirstOff: true })
      expect([short, checked.at(-1)]).toEqual([{ enabled: false, because: first }, first])
    }),
  )
})

test('the first off is named, and a contradiction can be seen', () => {
  const decision = ask({ ...OFF.doNotTrack, global: file('telemetry_enabled: true') })
  expect(decision).toMatchObject({ enabled: false, because: { source: 'DO_NOT_TRACK' } })
  expect(decision.checked.map(({ verdict }) => verdict)).toEqual([
    'silent',
    'off',
    'silent',
    'silent',
    'silent',
    'on',
    'on',
  ])
})

test('who only wants to know whether gets the rows up to the first off, and no file is parsed after it', () => {
  const some = sources({ ...OFF.variable, global: file('{telemetry_enabled: true}') })
  const parsed: string[] = []
  const readYaml = (text: string) => {
    parsed.push(text)
    return { found: [] }
  }
  const { enabled, checked } = decide(visivo, some, { untilFirstOff: true, readYaml })
  expect([enabled, checked.map(({ source }) => source)]).toEqual([false, ['VISIVO_TELEMETRY_DISABLED']])
  expect(parsed).toEqual([])
})

test('nothing that is not a word for on or off is repeated: not the key, not what stands in a file', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (word) => {
      const secret = `s3cret-${word}`
      const { checked } = ask({
        env: { VISIVO_POSTHOG_API_KEY: secret, VISIVO_TELEMETRY_DISABLED: secret },
        envFile: { DO_NOT_TRACK: secret, VISIVO_POSTHOG_HOST: `https://me:${secret}@x.example` },
        global: file(`telemetry_enabled: ${JSON.stringify(secret)}`),
        project: file(`defaults: {telemetry_enabled: ${secret}}`),
      })
      expect(JSON.stringify(checked)).not.toContain('s3cret')
    }),
    { numRuns: 50 },
  )
})
