import { isMachineId } from '@visivo/machine-id'
import { UUID_SHAPE } from '@visivo/sanitize'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { personal, runs, timeout } from '../test/leaks.ts'
import { guard, sampleEvent } from '../test/samples.ts'
import { catalogueOf, editionOf, type PropertySpec } from './events.ts'
import { createGuard, misfits, type StoredEvent } from './guard.ts'
import { NO_GUARD } from './nothing.ts'

const good = sampleEvent()
const withProperties = (change: Record<string, unknown>) => ({
  ...good,
  properties: { ...good.properties, ...change },
})
const without = (name: string) => {
  const { [name]: _, ...rest } = good.properties
  return { ...good, properties: rest }
}

const commonOnly = Object.fromEntries(
  Object.entries(good.properties).filter(([name]) =>
    Object.hasOwn(catalogueOf('visivo_version').common, name),
  ),
)

test('an event as the catalogue has it passes unchanged, and is rebuilt', () => {
  expect(guard(good)).toEqual(good)
  expect(guard(good)).not.toBe(good)
})

test('a guard has the edition of its catalogue, and one that passes nothing that of none', () => {
  const catalogue = catalogueOf('visivo_version', { cake: { when: 'A cake was baked.', properties: {} } })
  const { edition } = createGuard(catalogue)
  expect([edition(), edition()]).toEqual([editionOf(catalogue), editionOf(catalogue)])
  expect([NO_GUARD(good), NO_GUARD.edition()]).toEqual([undefined, ''])
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['text', 'cli_command'],
  ['a list', [good]],
  ['an event of no name', { ...good, event: undefined }],
  ['an event of an unknown name', { ...good, event: 'pageview' }],
  [
    'an event of an unknown name with nothing of its own',
    { ...good, event: 'pageview', properties: commonOnly },
  ],
  ['an event whose name is a list', { ...good, event: ['cli_command'] }],
  ['a list that looks like an event', Object.assign([], good)],
  ['a function that looks like an event', Object.assign(() => {}, good)],
  ['a list that looks like properties', { ...good, properties: Object.assign([], good.properties) }],
  ['a uuid with more behind it', { ...good, uuid: `${good.uuid}ada` }],
  ['a uuid with more before it', { ...good, uuid: `ada${good.uuid}` }],
  ['a machine id with more behind it', { ...good, distinct_id: `${good.distinct_id}ada` }],
  ['a time with more before it', { ...good, timestamp: `1${good.timestamp}` }],
  ['a time with more behind it', { ...good, timestamp: `${good.timestamp}(ada)` }],
  ['an event named like what every object has', { ...good, event: 'constructor' }],
  ['a field that is not an event’s', { ...good, person: 'ada' }],
  ['a uuid that is none', { ...good, uuid: 'ada-lovelace' }],
  ['a machine id that is none', { ...good, distinct_id: 'ada@example.com' }],
  ['a machine id with a strange prefix', { ...good, distinct_id: `me-${good.distinct_id}` }],
  ['a time that is none', { ...good, timestamp: 'yesterday' }],
  ['a time out of the calendar', { ...good, timestamp: '2026-13-41T99:99:99.999Z' }],
  ['a time with a line behind it', { ...good, timestamp: `${good.timestamp}\n` }],
  ['a secret that Date.parse takes for a year', { ...good, timestamp: 'secret-1' }],
  ['a name that Date.parse takes for a year', { ...good, timestamp: 'jane 1' }],
  ['a time with an address in brackets', { ...good, timestamp: 'Jan 1 2020 (jane@example.com)' }],
  ['a time of which nothing is a number', { ...good, timestamp: '0NaN-NaN-NaNTNaN:NaN:NaN.NaNZ' }],
  ['no properties', { ...good, properties: undefined }],
  ['a list of properties', { ...good, properties: [] }],
  ['a property that is not listed', withProperties({ user: 'ada' })],
  ['a property from the prototype', withProperties({ toString: 'ada' })],
  ['another event’s property', withProperties({ endpoint: '/api/health' })],
  ['a property that must be there and is not', without('duration_ms')],
  ['a common property that must be there and is not', without('session_id')],
  ['a command with a value in it', withProperties({ command: 'run --password hunter2' })],
  ['a command that is a list', withProperties({ command: ['run'] })],
  ['an argument that is no placeholder', withProperties({ command_args: ['hunter2'] })],
  ['an argument beside a placeholder', withProperties({ command_args: ['<value>', 'hunter2'] })],
  ['what only looks like a list', withProperties({ command_args: { length: 1, 0: '<value>' } })],
  ['counts that are an empty list', withProperties({ object_counts: [] })],
  ['counts that are nothing', withProperties({ object_counts: null })],
  ['a number that is a little too large', withProperties({ duration_ms: 2_678_400_001 })],
  ['an argument behind a placeholder', withProperties({ command_args: ['<value>hunter2'] })],
  ['an argument on a second line', withProperties({ command_args: ['<value>\nhunter2'] })],
  ['too many arguments', withProperties({ command_args: Array(34).fill('<value>') })],
  ['arguments that are no list', withProperties({ command_args: '<value>' })],
  ['an error’s message', withProperties({ success: false, error_type: 'no such user: ada' })],
  ['a number as text', withProperties({ duration_ms: '12' })],
  ['a broken number', withProperties({ duration_ms: 1.5 })],
  ['a negative number', withProperties({ duration_ms: -1 })],
  ['no number', withProperties({ duration_ms: Number.NaN })],
  ['a number beyond reason', withProperties({ duration_ms: 1e15 })],
  ['yes instead of true', withProperties({ success: 'true' })],
  ['a count of an unknown kind', withProperties({ object_counts: { secrets: 1 } })],
  ['a count that is text', withProperties({ object_counts: { models: 'many' } })],
  ['counts that are a list', withProperties({ object_counts: [1] })],
  ['a hash that is too long', withProperties({ project_hash: '0123456789abcdef0' })],
  ['an unknown platform', withProperties({ platform: 'adas-laptop' })],
  ['a kernel’s own name', withProperties({ platform_version: '6.8.0-acme' })],
])('%s does not pass', (_, candidate) => {
  expect(guard(candidate)).toBeUndefined()
})

test.each<[string, unknown]>([
  ['no time at all', withProperties({ duration_ms: 0 })],
  ['31 days', withProperties({ duration_ms: 2_678_400_000 })],
  ['as many arguments as there may be', withProperties({ command_args: Array(33).fill('<value>') })],
  ['no counts', withProperties({ object_counts: {} })],
  ['a machine in CI', { ...good, distinct_id: `ci-${good.distinct_id}` }],
])('%s passes', (_, candidate) => {
  expect(guard(candidate)).toEqual(candidate)
})

test.each<[string, StoredEvent, readonly string[]]>([
  ['all fits', good, []],
  ['an event of an unknown name', { ...good, event: 'pageview' }, ['pageview']],
  ['a property that is not listed', withProperties({ user: 'ada' }), ['user']],
  ['a property that must be there and is not', without('duration_ms'), ['duration_ms']],
  [
    'two that are not as declared, and an optional one that is not there',
    withProperties({ command: '--ada', success: 'true', error_type: undefined }),
    ['command', 'success'],
  ],
  ['an optional one that is not as declared', withProperties({ error_type: 'no such file' }), ['error_type']],
])('the author of an event is told what does not fit: %s', (_, event, names) => {
  expect(misfits(catalogueOf('visivo_version'), event)).toEqual(names)
})

test('so is the author of a declaration that can not be read', () => {
  const cake = {
    when: 'A cake was baked.',
    properties: { size: { why: 'To know how hungry people are.', type: 'text', shape: '(' } },
  } as const
  const catalogue = catalogueOf('visivo_version', { cake })
  const baked = { ...good, event: 'cake', properties: { size: 'small' } }
  expect(createGuard(catalogue)(baked)).toBeUndefined()
  expect(misfits(catalogue, baked)).toContain('size')
})

test('a text is never longer than 250 characters, whatever its shape', () => {
  expect(noted('a*', 'a'.repeat(250))).toBeDefined()
  expect(noted('a*', 'a'.repeat(251))).toBeUndefined()
})

test.each([
  ['a word', '[a-z]+', 'ada', true],
  ['the longer one of two words, which is tried last', 'ada|ada-l', 'ada-l', true],
  ['a word with more behind it', '[a-z]+', 'ada 1', false],
  ['a word with more before it', '[a-z]+', '1 ada', false],
  ['a word with a line behind it', '[a-z]+', 'ada\n', false],
  ['one of two words with more behind it', 'ada|bob', 'ada@example.com', false],
])('a shape describes the whole text, though an adopter wrote no anchors: %s', (_, shape, text, passes) => {
  expect(noted(shape, text) !== undefined).toBe(passes)
})

/** What the guard gives for an adopter's event of one text. */
function noted(shape: string, text: string): StoredEvent | undefined {
  const note = { type: 'text', shape, why: 'to know' } as const
  const own = createGuard(catalogueOf('visivo_version', { noted: { when: 'Always.', properties: { note } } }))
  return own({ ...good, event: 'noted', properties: { ...commonOnly, note: text } })
}

describe('what was checked is what goes on', () => {
  test.each<[string, Record<string, unknown>]>([
    ['a list that writes itself', { command_args: Object.assign(['<value>'], { toJSON: () => 'hunter2' }) }],
    [
      'a list that counts itself',
      { command_args: Object.assign(['<value>'], { [Symbol.iterator]: () => ['hunter2'].values() }) },
    ],
    ['counts that write themselves', { object_counts: Object.create({ toJSON: () => 'hunter2' }) }],
    ['a list that changes', { command_args: changing(['<value>'], '0') }],
    ['counts that change', { object_counts: changing({ models: 3 }, 'models') }],
  ])('%s', (_, change) => {
    const text = JSON.stringify(guard(withProperties(change)))
    expect(text).toBeDefined()
    expect(text).not.toContain('hunter2')
  })

  test('a text that changes', () => {
    const text = JSON.stringify(guard({ ...good, properties: changing(good.properties, 'command') }))
    expect(text).toContain('"command":"run"')
  })

  /** Gives its true value at the first look and another one at every later look. */
  function changing<T extends object>(target: T, place: string): T {
    let looks = 0
    return new Proxy(target, {
      get: (object, key) => (key === place && looks++ > 0 ? 'hunter2' : Reflect.get(object, key)),
    })
  }
})

test.each<[string, (length: number) => string, number]>([
  ['the longest command', (length) => 'a'.repeat(length), 40],
  ['five of them', (length) => Array(5).fill('a'.repeat(length)).join(' '), 40],
])('%s passes, and none that is longer', (_, command, length) => {
  expect(guard(withProperties({ command: command(length) }))).toBeDefined()
  expect(guard(withProperties({ command: command(length + 1) }))).toBeUndefined()
})

test('what every object of the host inherits does not get into an event', () => {
  const { error_type: _, ...properties } = good.properties
  Object.defineProperty(Object.prototype, 'error_type', { value: 'AdaLovelace', configurable: true })
  onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'error_type'))
  const passed = guard({ ...good, properties })
  expect(passed && Object.keys(passed.properties)).toEqual(Object.keys(properties))
})

test('nor does it keep a property of that name, which may be left out, from being left out', () => {
  const spec: PropertySpec = { type: 'boolean', optional: true, why: '' }
  const properties = Object.fromEntries([['toString', spec]])
  const catalogue = catalogueOf('visivo_version', { cake: { when: '', properties } })
  const cake = { ...good, event: 'cake', properties: commonOnly }
  expect(createGuard(catalogue)(cake)).toEqual(cake)
  expect(misfits(catalogue, cake)).toEqual([])
})

test('a getter that throws is no event', () => {
  const trap = {
    get event() {
      throw new Error('boo')
    },
  }
  expect(guard(trap)).toBeUndefined()
})

describe('for any text in any place of an event', () => {
  const { common, events } = catalogueOf('visivo_version')
  const specs = { ...common, ...events.cli_command?.properties }
  const known = Object.values({ ...good, ...good.properties })
    .flat()
    .filter((value) => typeof value === 'string')
  // What fits somewhere, what fits nowhere, and one glued to the other.
  const piece = fc.oneof(
    personal,
    fc.constantFrom(...known, `ci-${good.distinct_id}`, 'models', 'Jan 1 2020'),
  )
  const texts = fc
    .tuple(fc.array(piece, { minLength: 1, maxLength: 2 }), fc.constantFrom('', ' ', '\n'))
    .map(([pieces, between]) => pieces.join(between))

  /** A place, an event with a text in it, and whether the text may stand there. */
  type Place = readonly [string, (text: string) => unknown, (text: string) => boolean]
  const places: readonly Place[] = [
    ['event', (event) => ({ ...good, event }), (text) => text === good.event],
    ['uuid', (uuid) => ({ ...good, uuid }), (text) => UUID_SHAPE.test(text)],
    ['distinct_id', (id) => ({ ...good, distinct_id: id }), isMachineId],
    ['timestamp', (timestamp) => ({ ...good, timestamp }), isTime],
    ['properties', (properties) => ({ ...good, properties }), () => false],
    ['the name of a field', (text) => ({ ...good, [text]: '§' }), () => false],
    ['the name of a property', (text) => withProperties({ [text]: '§' }), () => false],
    ...Object.entries(specs).map(([name, spec]): Place => {
      const place = (text: string) => withProperties({ [name]: holding(spec, text) })
      return [name, place, (text) => mayHold(spec, text)]
    }),
  ]

  test('it passes where the text fits, unchanged, and nowhere else', { timeout }, () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), texts, ([, eventWith, fits], text) => {
        const event = eventWith(text)
        expect(guard(event)).toEqual(fits(text) ? event : undefined)
      }),
      runs,
    )
  })

  function isTime(text: string): boolean {
    const at = Date.parse(text)
    return !Number.isNaN(at) && new Date(at).toISOString() === text
  }

  function holding(spec: PropertySpec, text: string): unknown {
    if (spec.type === 'list') return ['<value>', text]
    return spec.type === 'counts' ? { [text]: 1 } : text
  }

  function mayHold(spec: PropertySpec, text: string): boolean {
    if ('values' in spec) return spec.values.includes(text)
    if ('keys' in spec) return spec.keys.includes(text)
    return 'shape' in spec && new RegExp(`^(?:${spec.shape})$`).test(text)
  }
})

test('for anything at all it never throws, and passes nothing', { timeout }, () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withMap: true }), (candidate) => {
      expect(guard(candidate)).toBeUndefined()
    }),
    runs,
  )
})

test('an adopter’s own events stand under the same guard, and can’t replace ours', () => {
  const size = { type: 'text', values: ['small', 'large'], why: 'to know' } as const
  const own = createGuard(
    catalogueOf('acme_version', {
      cake_baked: { when: 'A cake was baked.', properties: { size } },
      new_installation: { when: 'Never.', properties: { size } },
    }),
  )
  const { visivo_version, ...common } = sampleEvent().properties
  const base = {
    telemetry_schema: common.telemetry_schema,
    session_id: common.session_id,
    is_ci: common.is_ci,
  }
  const host = {
    platform: common.platform,
    platform_version: common.platform_version,
    architecture: common.architecture,
  }
  const properties = { ...base, ...host, node_version: common.node_version, acme_version: visivo_version }
  expect(own({ ...good, event: 'cake_baked', properties: { ...properties, size: 'small' } })).toBeDefined()
  expect(own({ ...good, event: 'cake_baked', properties: { ...properties, size: 'huge' } })).toBeUndefined()
  expect(own({ ...good, event: 'new_installation', properties })).toBeDefined()
})

test('a bound that is none stays none for a courier, which has its catalogue as JSON', () => {
  const most = Number.POSITIVE_INFINITY
  const layers = { type: 'integer', most, why: 'to know' } as const
  const events = { cake_baked: { when: 'A cake was baked.', properties: { layers } } }
  const catalogue = catalogueOf('visivo_version', events)
  const { common } = catalogue
  const host = Object.entries(good.properties).filter(([name]) => Object.hasOwn(common, name))
  const cake = { ...good, event: 'cake_baked', properties: { ...Object.fromEntries(host), layers: 5 } }
  expect(createGuard(catalogue)(cake)).toEqual(cake)
  expect(createGuard(JSON.parse(JSON.stringify(catalogue)))(cake)).toEqual(cake)
})

test('an adopter’s event can’t loosen what all events have to be', () => {
  const anything = { type: 'text', shape: '.*', why: 'to know' } as const
  const events = { cake_baked: { when: 'A cake was baked.', properties: { platform: anything } } }
  const own = createGuard(catalogueOf('visivo_version', events))
  const { common } = catalogueOf('visivo_version')
  const properties = Object.fromEntries(
    Object.entries(good.properties).filter(([name]) => Object.hasOwn(common, name)),
  )
  const cake = { ...good, event: 'cake_baked' }
  expect(own({ ...cake, properties })).toBeDefined()
  expect(own({ ...cake, properties: { ...properties, platform: 'adas-laptop' } })).toBeUndefined()
})
