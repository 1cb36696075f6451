import { projectHash } from '@visivo/hash'
import { type CommandSpec, METHODS, sanitizeEndpoint, sanitizeMethod, sanitizeRoute } from '@visivo/sanitize'
import fc from 'fast-check'
import { Hono } from 'hono'
import { expect, test, vi } from 'vitest'
import { followCommand } from '../src/follow-command.ts'
import { followRequests } from '../src/hono.ts'
import { requestEvent } from '../src/request-events.ts'
import type { RequestFacts } from '../src/request-meter.ts'
import { createTelemetry } from '../src/telemetry.ts'
import { toWire, type WireEvent } from '../src/wire.ts'
import { declaredWords, encoded, leaked, personal, runs, thrown, timeout } from './leaks.ts'
import { guard, metadata, temporaryDirectory } from './samples.ts'

vi.setConfig({ testTimeout: timeout })

/** What the program itself may say, besides the names that it declares. */
const OWN = [
  ...[
    '<value>',
    '<path>',
    '<redacted>',
    '<flag>',
    '<more>',
    '<none>',
    '<unknown>',
    '<unmatched>',
    '{id}',
    '{hash}',
  ],
  ...['Error', 'TypeError', 'RangeError', 'AggregateError', 'QueryError', ...METHODS],
]

/** An event's texts that come from what a person typed or sent; all else in it has to be exactly as expected. */
function spokenIn(event: WireEvent, rest: Readonly<Record<string, unknown>>): readonly string[] {
  const { command, command_args, error_type, endpoint, method, ...others } = event.properties
  const stamps = { $ip: '0.0.0.0', $geoip_disable: true, $process_person_profile: false }
  expect(others).toEqual({
    ...metadata,
    ...rest,
    ...stamps,
    session_id: uuid,
    $session_id: others.session_id,
  })
  expect(Object.keys(event)).toEqual(['event', 'uuid', 'timestamp', 'distinct_id', 'properties'])
  return [command, command_args, error_type, endpoint, method]
    .flat()
    .filter((text) => typeof text === 'string')
}

const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)
const count = expect.any(Number)

/** A command line with a telemetry that shows what it would send. */
function startTool() {
  const home = temporaryDirectory()
  const shown: string[] = []
  const env = { VISIVO_TELEMETRY_DEBUG: '1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const stderr = () => ({ write: (text: string) => void shown.push(text) })
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr })
  return {
    run: (argv: readonly string[], spec: CommandSpec, outcome: object, declared: readonly string[]) => {
      shown.length = 0
      followCommand(telemetry, argv, spec, declared).ended({ ...outcome, where: { projectDirectory: home } })
      const events = shown.map((text) => JSON.parse(text) as WireEvent)
      return events.find(({ event }) => event === 'cli_command')
    },
  }
}

const commandLine = declaredWords.chain((words) => {
  const [command = 'run', ...flags] = words
  const spec: CommandSpec = {
    name: 'tool',
    commands: [
      {
        name: command,
        aliases: ['alias'],
        options: flags.map((flag, at) => ({
          names: [`--${flag}`, `-${flag[0]}`],
          value: (['none', 'required', 'optional'] as const)[at % 3] ?? 'none',
          variadic: at % 2 === 0,
        })),
      },
    ],
  }
  const flag = fc.constantFrom(
    '--',
    '-x',
    '--api-key',
    ...flags.flatMap((name) => [`--${name}`, `-${name[0]}`]),
  )
  const argument = fc.oneof(
    personal.map((text) => ({ text, secret: text })),
    fc.tuple(flag, fc.constantFrom('', '=', '=-', ' '), personal).map(([name, glue, secret]) => ({
      text: `${name}${glue}${secret}`,
      secret,
    })),
    flag.map((text) => ({ text, secret: '' })),
    fc.constantFrom(command, 'alias').map((text) => ({ text, secret: '' })),
  )
  const args = fc.array(argument, { maxLength: 40 })
  return fc.record({ spec: fc.constant(spec), words: fc.constant(words), args })
})

test('a command: nothing of its arguments, its error or its project comes out', () => {
  const tool = startTool()
  fc.assert(
    fc.property(commandLine, thrown, personal, (line, { error, secrets }, projectName) => {
      const { spec, words, args } = line
      const argv = args.map(({ text }) => text)
      const event = tool.run(argv, spec, { error, projectName, success: false }, ['QueryError'])
      if (!event) throw new Error('no event')
      const rest = { success: false, duration_ms: count, project_hash: projectHash(projectName) }
      const texts = [...args.map(({ secret }) => secret), ...secrets, projectName]
      expect(leaked(spokenIn(event, rest), texts, [...words, ...OWN])).toEqual([])
    }),
    runs,
  )
})

/** A request as it would be sent, had it been answered so. */
function wireOf(facts: RequestFacts): WireEvent {
  const run = { id: '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11', metadata }
  const event = guard(requestEvent(run, undefined, { ...facts, count: 1, at: Date.now() }))
  if (!event) throw new Error('no event')
  return toWire(event)
}

const answered = { status_code: count, duration_ms: count, request_count: 1 }

test('a request: nothing of its path, its query, its method or its headers comes out', async () => {
  await fc.assert(
    fc.asyncProperty(declaredWords, personal, personal, fc.nat(8), async (words, text, other, which) => {
      const facts: RequestFacts[] = []
      const app = new Hono()
      app.use(followRequests({ request: (one) => void facts.push(one), close: async () => {} }))
      const inner = new Hono()
      for (const word of words) inner.get(`/${word}/:name`, (c) => c.text(text))
      app.route('/api', inner)
      app.get('/files/*', (c) => c.text(text))
      app.get('/fails/:name', () => {
        throw new Error(text)
      })
      const segment = encoded(text)
      const [word = ''] = words
      const path = [`/api/${word}/${segment}`, `/${segment}`, `/files/${segment}`, `/fails/${segment}`][
        which % 4
      ]
      const method = /^[A-Za-z]{4,}$/.test(other) ? other : 'GET'
      app.onError((_error, c) => c.text('failed', 500))
      await app.request(`http://localhost${path}?q=${segment}`, {
        method,
        headers: { cookie: segment, 'user-agent': segment },
      })
      expect(facts).toHaveLength(1)
      const wire = wireOf(facts[0] as RequestFacts)
      const declared = [...words.map((one) => `/api/${one}/{name}`), '/files/*', '/fails/{name}']
      expect(leaked(spokenIn(wire, answered), [text, other], [...declared, ...OWN])).toEqual([])
    }),
    runs,
  )
})

test('a request without a router: nothing but the words of the routes comes out', () => {
  fc.assert(
    fc.property(declaredWords, fc.array(personal), personal, (words, segments, method) => {
      const path = `/${words.join('/')}/${segments.join('/')}`
      const endpoint = sanitizeEndpoint(path, words)
      const facts = { endpoint, method: sanitizeMethod(method), statusCode: 200, durationMs: 1.5 }
      const kept = [...words, '{id}', '{hash}', '*']
      const declared = kept.flatMap((one) => kept.map((next) => `/${one}/${next}/`))
      expect(leaked(spokenIn(wireOf(facts), answered), [...segments, method], [...declared, ...OWN])).toEqual(
        [],
      )
    }),
    runs,
  )
})

test('a template: nothing comes out of what it accepts, only its literals and the names of its parameters', () => {
  const pattern = personal.map((text) => text.replace(/[(){}]/g, '').replace(/^[/.-]+/, ''))
  fc.assert(
    fc.property(declaredWords, pattern, fc.constantFrom('()', '{}'), (words, accepted, [open, close]) => {
      const [name = 'name', ...literals] = words
      const template = `/${literals.join('/')}/:${name}${open}${accepted}${close}`
      const facts = {
        endpoint: sanitizeRoute(template),
        method: sanitizeMethod('GET'),
        statusCode: 200,
        durationMs: 1,
      }
      const declared = [`/${literals.join('/')}/{${name}}`, ...OWN]
      expect(leaked(spokenIn(wireOf(facts), answered), [accepted], declared)).toEqual([])
    }),
    runs,
  )
})
