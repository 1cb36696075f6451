import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type TelemetryWorld, telemetry, telemetryWorld } from './telemetry-world.ts'
import { temporaryDirectory } from './temp-project.ts'
import { start } from './visivo.ts'

const LOG = '.visivo/telemetry/aaaaaaaaaaaaaaaa/sent.jsonl'

/** What is told of one event: the second of the minute at which PostHog has taken it, its number, and what it holds. */
type Sent = readonly [second: number, number: number, event: string, properties: object]

const COMMAND = { command: 'run', command_args: ['--threads', '<value>'], duration_ms: 7 }
const REQUEST = { method: 'GET', endpoint: '/api/models/{name}', status_code: 404, duration_ms: 3 }

function lineOf([second, number, event, properties]: Sent): string {
  const sent_at = `2026-01-31T10:00:${String(second).padStart(2, '0')}.000Z`
  const envelope = { uuid: uuidOf(number), timestamp: sent_at, distinct_id: 'ci-test', properties }
  return `${JSON.stringify({ sent_at, event: { event, ...envelope } })}\n`
}

function uuidOf(number: number): string {
  return `019c13a0-0000-7000-8000-${String(number).padStart(12, '0')}`
}

/** A world whose PostHog has taken these. */
async function worldAfter(...sent: readonly Sent[]): Promise<TelemetryWorld> {
  const world = await telemetryWorld()
  world.write(LOG, sent.map(lineOf).join(''))
  return world
}

test.each<[string, string, object, string]>([
  [
    'a command that worked',
    'cli_command',
    { ...COMMAND, success: true },
    'run --threads <value>  worked in 7 ms',
  ],
  [
    'one that failed, and of what kind its error was',
    'cli_command',
    { ...COMMAND, success: false, error_type: 'QueryError' },
    'run --threads <value>  failed (QueryError) in 7 ms',
  ],
  ['a request', 'api_request', { ...REQUEST, request_count: 1 }, 'GET /api/models/{name}  404 in 3 ms'],
  [
    'several that were summed, and how many they were',
    'api_request',
    { ...REQUEST, request_count: 500 },
    'GET /api/models/{name}  404 in 3 ms (500 times, on average)',
  ],
])('log tells of %s', async (_, event, properties, says) => {
  const world = await worldAfter([0, 1, event, properties])
  expect((await telemetry(world, ['log'])).stdout).toBe(
    `2026-01-31 10:00:00 UTC  ${event.padEnd(16)}  ${says}\n`,
  )
})

const MINUTE = 60_000

test.each([
  ['30m', 29 * MINUTE, 31 * MINUTE],
  ['12h', 719 * MINUTE, 721 * MINUTE],
  ['2d', 2_879 * MINUTE, 2_881 * MINUTE],
])(
  'log --since %s leaves nothing out that was sent since, and gives nothing older',
  async (since, young, old) => {
    const world = await telemetryWorld()
    const sent = [old, young].map((ago, at) =>
      lineOf([0, at, 'new_installation', {}]).replace(
        '"sent_at":"2026-01-31T10:00:00.000Z"',
        `"sent_at":"${new Date(Date.now() - ago).toISOString()}"`,
      ),
    )
    world.write(LOG, sent.join(''))
    const { stdout } = await telemetry(world, ['log', '--json', '--since', since])
    expect(JSON.parse(stdout)).toMatchObject([{ event: { uuid: uuidOf(1) } }])
  },
)

test.each([
  ['with its zone', '2026-01-31T11:00:30+01:00', 'UTC'],
  ['in UTC', '2026-01-31T10:00:30Z', 'America/New_York'],
  ['without seconds, as UTC too', '2026-01-31T10:00', 'America/New_York'],
  ['without a zone, as the log gives it', '2026-01-31T10:00:30', 'America/New_York'],
])('log --since takes a time %s', async (_, since, TZ) => {
  const world = await worldAfter([0, 0, 'new_installation', {}], [40, 1, 'new_installation', {}])
  const { stdout } = await telemetry(world, ['log', '--json', '--since', since], { TZ })
  const expected = since.includes(':30') ? [1] : [0, 1]
  expect(JSON.parse(stdout)).toMatchObject(expected.map((number) => ({ event: { uuid: uuidOf(number) } })))
})

test('log says of what and since when nothing was sent', async () => {
  const world = await worldAfter([0, 0, 'new_installation', {}])
  const { stdout } = await telemetry(world, ['log', '--event', 'api_request', '--since', '2026-01-31'])
  expect(stdout).toBe('Nothing of api_request since 2026-01-31 00:00:00 UTC was sent.\n')
})

test.each([
  [['log']],
  [['log', '--json']],
  [['log', '-f']],
  [['log', '--follow', '--json']],
  [['show']],
  [['show', '--json']],
])('the terminal obeys nothing of what somebody wrote into the file: %s', async (args) => {
  const command = '\u001b[31m\u009b1m\u202e\nError: forged'
  const world = await worldAfter([0, 0, 'cli_command', { ...COMMAND, command, success: true }])
  const shown = await start(temporaryDirectory(), ['telemetry', ...args], world.env).said(/forged.*\n/)
  expect(shown).toContain(String.raw`\u001b[31m\u009b1m\u202e`)
  expect(shown).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|^Error: forged/mu)
})

test('show gives as many of the sent events as were asked for, and those are the last', async () => {
  const all = Array.from({ length: 12 }, (_, at) => at)
  const world = await worldAfter(...all.map((at): Sent => [at, at, 'new_installation', {}]))
  const shown = async (...more: string[]) => {
    const { stdout } = await telemetry(world, ['show', '--json', ...more])
    const { sent } = JSON.parse(stdout) as { sent: { event: { uuid: string } }[] }
    return sent.map(({ event }) => Number(event.uuid.slice(-12)))
  }
  expect(await shown()).toEqual(all.slice(2))
  expect(await shown('-n', '3')).toEqual([9, 10, 11])
  expect(await shown('-n', '20')).toEqual(all)
  expect(await shown('--last', '0')).toEqual([])
})

test('log --follow gives each event once, whatever is sent after it', async () => {
  const world = await worldAfter([0, 0, 'new_installation', {}])
  const following = start(temporaryDirectory(), ['telemetry', 'log', '--follow', '--json'], world.env)
  let said = ''
  for (const number of [0, 1, 2, 3]) {
    said = await following.said(uuidOf(number))
    appendFileSync(join(world.home, LOG), lineOf([0, number + 1, 'new_installation', {}]))
  }
  const lines = said.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).event.uuid)).toEqual([0, 1, 2, 3].map(uuidOf))
})
