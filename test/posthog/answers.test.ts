import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StoredEvent } from '../../packages/telemetry/src/guard.ts'
import { blocksOf, readPage } from '../markdown.ts'
import { answerTo } from './duckdb.ts'

interface Tile {
  readonly name: string
  readonly query: { readonly source: { readonly query?: string } }
}

const { tiles }: { readonly tiles: readonly Tile[] } = JSON.parse(
  readFileSync(new URL('../../docs/posthog/dashboard.json', import.meta.url), 'utf8'),
)
const sqlOf = (tile: string) => tiles.find(({ name }) => name === tile)?.query.source.query ?? ''

/** One of the questions that the page asks in SQL. */
const question = (words: string) =>
  blocksOf(readPage('docs/posthog/README.md')).find(({ text }) => text.includes(words))?.text ?? ''

const DAY = 86_400_000
const NEW = { event: 'new_installation' }
const REQUEST = { event: 'api_request', endpoint: '/api/models/{name}' }
const worked = (command: string) => ({ event: 'cli_command', command, success: true })
const failed = (command: string) => ({ event: 'cli_command', command, success: false })

/** The events of one machine, yesterday, one after the other. */
function machine(...own: readonly { readonly event: string }[]): readonly StoredEvent[] {
  const distinct_id = randomUUID()
  return own.map(({ event, ...properties }, at) => ({
    event,
    distinct_id,
    uuid: randomUUID(),
    timestamp: new Date(Date.now() - DAY + at).toISOString(),
    properties: { is_ci: false, ...properties },
  }))
}

test.each([
  ['whose first compile showed the notice and left no event', [NEW, worked('run'), worked('serve')], '2111'],
  ['whose first run showed it', [NEW, worked('serve')], '2111'],
  ['whose server still runs, or ended with its terminal', [NEW, worked('run'), REQUEST], '2111'],
  ['whose server never got a port', [NEW, worked('run'), failed('serve')], '2110'],
  ['whose project does not compile', [NEW, failed('compile'), failed('run')], '2000'],
  ['that only compiles', [NEW, worked('compile'), worked('completion')], '2100'],
  ['that is not new', [worked('compile'), worked('run'), worked('serve')], '1000'],
  [
    'that is a CI',
    [
      { ...NEW, is_ci: true },
      { ...worked('run'), is_ci: true },
    ],
    '1000',
  ],
])(
  'beside a new machine that did nothing, one is seen to get as far as it did: one %s',
  async (_, events, steps) => {
    const [made, compiled, ran, served] = steps
    const rows = await answerTo(sqlOf('From the first run to a served project'), [
      ...machine(NEW),
      ...machine(...events),
    ])
    expect(rows).toEqual([{ new_machines: made, compiled, ran, served }])
  },
)

test('a project has a size that nobody compiles but by run: nearly everybody does', async () => {
  const sized = (command: string, models: number) => ({
    ...worked(command),
    project_hash: '70c2dadaa4262658',
    object_counts: JSON.stringify({ models }),
  })
  const rows = await answerTo(
    question('How big'),
    machine(sized('compile', 2), sized('run', 12), worked('run')),
  )
  expect(rows).toEqual([{ project: '70c2dadaa4262658', models: '12' }])
})

const answered = (status_code: number, duration_ms: number, request_count?: number) => ({
  ...REQUEST,
  status_code,
  duration_ms,
  request_count,
})

test('requests are summed up once where their event was sent twice, and PostHog has not merged it yet', async () => {
  const [busy, ofPython] = machine(answered(200, 10, 40), answered(200, 10)).map((event) => ({
    ...event,
    timestamp: new Date(Date.now() - DAY / 2).toISOString(),
  }))
  const twice = [busy, ofPython, busy].flatMap((event) => event ?? [])
  const rows = await answerTo(question('Summed up once'), twice)
  expect(rows).toEqual([{ endpoint: REQUEST.endpoint, requests: '41' }])
})

test('a route is as slow as its requests, not as its events, and one without a count is one request', async () => {
  const events = machine(answered(200, 10, 98), answered(500, 1_000), answered(404, 20))
  const rows = await answerTo(sqlOf('Routes: failures and mean duration'), events)
  expect(rows).toEqual([{ endpoint: REQUEST.endpoint, requests: '100', failed_percent: 1, mean_ms: 20 }])
})
