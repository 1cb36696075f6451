import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type CommandSpec,
  FLAG,
  MORE,
  NONE,
  PATH,
  REDACTED,
  sanitizeCommand,
  UNKNOWN,
  UNMATCHED,
  VALUE,
} from '@visivo/sanitize'
import { decide, readSources, visivo } from '@visivo/telemetry-config'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { claimCourierLock, holdCourierLock } from '../src/courier-lock.ts'
import { ENVELOPE, STAMPED } from '../src/docs/wire-fields.ts'
import { renderSchema, renderTelemetryTable } from '../src/docs.ts'
import { catalogueOf, EVENTS, type EventSpec } from '../src/events.ts'
import { OUTBOX_LIMITS } from '../src/outbox-caps.ts'
import { send } from '../src/send.ts'
import { logSent, readSentLog } from '../src/sent-log.ts'
import { type ReceivedEvent, startReceiver } from '../src/testing.ts'
import { toWire } from '../src/wire.ts'
import { guard, sampleEvent, temporaryDirectory } from './samples.ts'

const file = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const page = readFileSync(file('TELEMETRY.md'), 'utf8')
const catalogue = catalogueOf('visivo_version')

/** An event with every property that it can have, each as the documentation's example. */
function fullEvent(name: string, { properties }: EventSpec) {
  const specs = Object.entries({ ...properties, ...catalogue.common })
  const examples = specs.map(([property, spec]) => [
    property,
    spec.example ?? ('values' in spec ? spec.values[0] : true),
  ])
  return { ...sampleEvent(), event: name, properties: Object.fromEntries(examples) }
}

async function received(): Promise<readonly ReceivedEvent[]> {
  const receiver = await startReceiver()
  const events = Object.entries(catalogue.events).map(([name, spec]) => toWire(fullEvent(name, spec)))
  const destination = { host: receiver.url, apiKey: 'phc_test' }
  expect(await send(events, destination, new AbortController().signal, () => true)).toEqual({
    kind: 'accepted',
  })
  await receiver.close()
  return receiver.events
}

describe('what is written for users (`vitest run -u` writes it anew)', () => {
  test('TELEMETRY.md holds the table of the catalogue', async () => {
    const generated = page.replace(
      /(<!-- generated [^\n]*-->\n)[\s\S]*(<!-- end of the generated part -->)/,
      (_, start, end) => `${start}\n${renderTelemetryTable()}\n\n${end}`,
    )
    await expect(generated).toMatchFileSnapshot(file('TELEMETRY.md'))
  })

  test('docs/telemetry.schema.json is the schema of the catalogue', async () => {
    await expect(renderSchema()).toMatchFileSnapshot(file('docs/telemetry.schema.json'))
  })

  test('TELEMETRY.md names the switches that the decider looks at, in its order', () => {
    const home = temporaryDirectory()
    const sources = readSources(visivo, { env: {}, home, projectDirectory: home })
    const { checked } = decide(visivo, sources)
    const switches = checked.filter(({ kind }) => kind !== 'destination').map(({ source }) => source)
    const section = page.slice(page.indexOf('## Turn it off'), page.indexOf('## Who receives it'))
    const rows = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, where]) => where)
    expect(rows).toEqual(switches)
  })

  test('TELEMETRY.md says how much may wait, and how much of what was sent is kept', () => {
    const text = page.replaceAll(/\s+/g, ' ')
    const { days, events, bytes } = OUTBOX_LIMITS
    const most = `${days} days, ${events.toLocaleString('en')} events and ${bytes / 1_000_000} MB at most`
    expect(text).toContain(most)

    const log = join(temporaryDirectory(), 'sent.jsonl')
    const batch = Array.from({ length: 100 }, () => toWire(fullEvent('cli_command', EVENTS.cli_command)))
    const kept = Array.from({ length: 60 }, () => {
      logSent(log, batch, Date.now())
      return readSentLog(log).length
    })
    expect(text).toContain('the last thousand events or so, 2 MB at most')
    expect(Math.min(...kept.slice(10))).toBeGreaterThanOrEqual(1_000)
    const files = readdirSync(dirname(log)).map((name) => statSync(join(dirname(log), name)).size)
    expect(files).toHaveLength(2)
    expect(files.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(2_000_000)
  })

  test('TELEMETRY.md says how many arguments are told apart', () => {
    const kept = EVENTS.cli_command.properties.command_args.most - 1
    expect(page).toContain(`one \`<more>\` stands for all arguments after the first ${kept}`)
  })

  test('a placeholder in what was sent is no riddle: TELEMETRY.md has each', () => {
    const placeholders = [FLAG, MORE, NONE, PATH, REDACTED, UNKNOWN, UNMATCHED, VALUE]
    expect(placeholders.filter((one) => !page.includes(one))).toEqual([])
  })

  test.skipIf(process.platform !== 'linux')('TELEMETRY.md says all that the note of who sends holds', () => {
    const directory = temporaryDirectory()
    holdCourierLock(directory, 'd1cef00d', claimCourierLock(directory, 'd1cef00d') ?? 0)
    const [note = ''] = readdirSync(directory)
    expect(readFileSync(join(directory, note), 'utf8')).toMatch(
      /^\d+ [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21} pid:\[\d+\]@[0-9a-f]{8}$/,
    )
    for (const part of ['process', 'process namespace', 'random id', 'checksum of this start'])
      expect(page.replace(/\s+/g, ' ')).toMatch(new RegExp(`who sends \\([^)]*${part}`))
  })

  test('TELEMETRY.md says from which size on a configuration is not read, and counts as off', () => {
    const switchedOn = (file: string, size: number) => {
      const home = temporaryDirectory()
      writeFileSync(join(home, file), 'defaults: { telemetry_enabled: true }\n#'.padEnd(size, '-'))
      const sources = readSources(visivo, {
        env: { VISIVO_POSTHOG_API_KEY: 'phc_test' },
        home,
        projectDirectory: home,
      })
      return decide(visivo, sources).enabled
    }
    const text = page.replaceAll(/\s+/g, ' ')
    expect(text).toContain('is larger than 2 MB, counts as off')
    expect([switchedOn('.env', 2_000_000), switchedOn('.env', 2_000_001)]).toEqual([true, false])
    expect(text).toContain('a project file of more than 100,000 characters')
    const project = 'project.visivo.yml'
    expect([switchedOn(project, 100_000), switchedOn(project, 100_001)]).toEqual([true, false])
  })

  test('the example of TELEMETRY.md is what comes out', () => {
    const [, line = ''] = /^visivo (run .*)$/m.exec(page) ?? []
    const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []
    const flags = ['--dag-filter', '--threads', '--output-dir']
    const options = flags.map((flag) => ({ names: [flag], value: 'required' as const }))
    const spec: CommandSpec = { name: 'visivo', commands: [{ name: 'run', options }] }
    const { command, args } = sanitizeCommand(line.split(' '), spec)
    expect({ command, command_args: args }).toEqual(JSON.parse(shown))
  })
})

describe('an event as a server gets it', () => {
  test('holds what is listed and nothing else, property by property', async () => {
    for (const event of await received()) {
      expect(Object.keys(event).sort()).toEqual([...Object.keys(ENVELOPE), 'properties'].sort())
      const listed = { ...catalogue.events[event.event]?.properties, ...catalogue.common, ...STAMPED }
      expect(Object.keys(event.properties).sort()).toEqual(Object.keys(listed).sort())
      for (const name of [...Object.keys(event), ...Object.keys(event.properties)])
        if (name !== 'properties') expect(page).toContain(`| \`${name}\` |`)
    }
  })

  test('fits the schema, and with anything more it does not', async () => {
    const fits = new Ajv2020({ allErrors: true }).compile(JSON.parse(renderSchema()))
    for (const event of await received()) {
      expect(fits(event), JSON.stringify(fits.errors)).toBe(true)
      expect(fits({ ...event, person: 'ada' })).toBe(false)
      expect(fits({ ...event, properties: { ...event.properties, person: 'ada' } })).toBe(false)
      expect(fits({ ...event, properties: { ...event.properties, $ip: '203.0.113.7' } })).toBe(false)
      expect(fits({ ...event, distinct_id: 'ada' })).toBe(false)
    }
  })
})

test('every example is one that the guard lets through', () => {
  for (const [name, spec] of Object.entries(catalogue.events))
    expect(guard(fullEvent(name, spec)), name).toBeDefined()
})

test('an adopter’s own catalogue is rendered the same way', () => {
  const own = catalogueOf('acme_version', {
    cake_baked: {
      when: 'A cake was baked.',
      properties: {
        size: { type: 'text', values: ['small', 'large'], why: 'Which tins to make.' },
        note: { type: 'text', shape: 'a|b', why: 'Without an example.', optional: true },
      },
    },
  })
  const table = renderTelemetryTable(own)
  expect(table).toContain('### `cake_baked`\n\nA cake was baked.\n')
  expect(table).toContain('| `size` | one of `small`, `large` | Which tins to make. |')
  expect(table).toContain(
    '| `note` | a text of one shape | Without an example. Left out where it does not apply. |',
  )
  expect(table).toContain('| `acme_version` |')
  expect(table).not.toContain('visivo')
  expect(JSON.parse(renderSchema(own)).oneOf[0]).toMatchObject({
    title: 'cake_baked',
    properties: { properties: { properties: { size: { enum: ['small', 'large'] } } } },
  })
})

test('a bound of Infinity is none in the schema', () => {
  const own = catalogueOf('acme_version', {
    cake_baked: {
      when: 'A cake was baked.',
      properties: {
        layers: { type: 'integer', most: Number.POSITIVE_INFINITY, example: 3, why: 'How high.' },
        tins: { type: 'list', shape: 'a|b', most: Number.POSITIVE_INFINITY, example: ['a'], why: 'Which.' },
      },
    },
  })
  const fits = new Ajv2020({ allErrors: true }).compile(JSON.parse(renderSchema(own)))
  expect(fits({ event: 'another' })).toBe(false)
})
