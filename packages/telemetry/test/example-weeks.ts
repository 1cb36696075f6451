import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemble } from '../src/assemble.ts'
import { afterSuccess, openCourierState } from '../src/courier-state.ts'
import { createGuard, type StoredEvent } from '../src/guard.ts'
import { openOutbox } from '../src/outbox.ts'
import { placesOf } from '../src/places.ts'
import { logSent } from '../src/sent-log.ts'
import type { Telemetry } from '../src/telemetry.ts'
import { toWire } from '../src/wire.ts'

/** A PostHog that is nobody's. Nothing is ever sent to it. */
export const EXAMPLE = { host: 'https://posthog.example.com', apiKey: 'phc_example' }

const MACHINE = '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11'
const HOUR = 3_600_000
const DAY = 24 * HOUR
const PROJECT = '4f1c9a7e02d85b36'

type Kind = readonly [event: string, share: number, properties: Readonly<Record<string, unknown>>]

/** What an analyst with one project does in a few weeks, and how often. */
const KINDS: readonly Kind[] = [
  [
    'cli_command',
    9,
    {
      command: 'run',
      command_args: ['--dag-filter', '<value>', '--threads', '<value>', '--output-dir', '<path>'],
      duration_ms: 4_180,
      success: true,
      job_count: 7,
      project_hash: PROJECT,
    },
  ],
  [
    'cli_command',
    6,
    {
      command: 'compile',
      command_args: ['--output-dir', '<path>'],
      duration_ms: 640,
      success: true,
      object_counts: { sources: 2, models: 14, charts: 9, dashboards: 3 },
      project_hash: PROJECT,
    },
  ],
  [
    'api_request',
    7,
    {
      endpoint: '/api/models/{name}/data',
      method: 'GET',
      status_code: 200,
      duration_ms: 18,
      request_count: 3,
      project_hash: PROJECT,
    },
  ],
  [
    'cli_command',
    4,
    {
      command: 'serve',
      command_args: ['--port', '<value>'],
      duration_ms: 1_620_000,
      success: true,
      job_count: 14,
      project_hash: PROJECT,
    },
  ],
  [
    'api_request',
    3,
    {
      endpoint: '/api/dashboards/{name}',
      method: 'GET',
      status_code: 200,
      duration_ms: 6,
      request_count: 1,
      project_hash: PROJECT,
    },
  ],
  [
    'cli_command',
    2,
    {
      command: 'run',
      command_args: ['--source', '<value>'],
      duration_ms: 910,
      success: false,
      error_type: 'QueryError',
      job_count: 2,
      project_hash: PROJECT,
    },
  ],
  [
    'cli_command',
    1,
    { command: '<unknown>', command_args: [], duration_ms: 3, success: false, error_type: 'UsageError' },
  ],
]

/** Fills a home directory with what `weeks` of work leave behind: a machine id, a log of what was sent, what waits. */
export function liveThrough(telemetry: Telemetry, weeks: number, now: number): void {
  const { product, home } = telemetry.world
  const places = placesOf(product, home, EXAMPLE)
  const guard = createGuard(telemetry.catalogue)
  const make = (name: string, properties: Readonly<Record<string, unknown>>, at: number): StoredEvent => {
    const event = guard(assemble({ id: MACHINE, metadata: telemetry.metadata }, name, properties, at))
    if (!event) throw new Error(`the example ${name} does not fit the catalogue`)
    return event
  }
  mkdirSync(places.outbox, { recursive: true })
  writeFileSync(join(home, product.directoryName, 'machine_id'), MACHINE)
  const start = now - weeks * 7 * DAY + 2 * HOUR
  logSent(places.sentLog, [toWire(make('new_installation', {}, start))], start + 4_000)
  for (const [at, [name, , properties]] of activity(start, now))
    logSent(places.sentLog, [toWire(make(name, properties, at))], at + 4_000)
  const state = openCourierState(places.state)
  state.write(afterSuccess(state.read(), now - 3_600_000))
  for (const [, , properties] of KINDS.slice(0, 2))
    openOutbox(places.outbox, guard).put(make('cli_command', properties, now - 20_000))
}

/** Busy and quiet days, always the same ones. */
function activity(start: number, now: number): readonly (readonly [at: number, kind: Kind])[] {
  const kinds = KINDS.flatMap((kind) => Array.from({ length: kind[1] }, () => kind))
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed % below
  }
  const days = Math.ceil((now - start) / DAY)
  return Array.from({ length: days }, (_, day) => {
    const isQuiet = day % 7 > 4
    return Array.from({ length: isQuiet ? next(2) : 3 + next(9) }, () => {
      const at = start + day * DAY + next(9 * HOUR)
      return [at, kinds[next(kinds.length)] ?? kinds[0]] as const
    })
  })
    .flat()
    .filter((one): one is readonly [number, Kind] => one[1] !== undefined && one[0] < now - 60_000)
    .sort(([one], [other]) => one - other)
}
