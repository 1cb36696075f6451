import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EVENTS, type EventSpec } from '../../packages/telemetry/src/events.ts'
import { blocksOf, readPage } from '../markdown.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/posthog-docs.mjs', import.meta.url))

test('the files for PostHog follow the catalogue, and ask for nothing that no event carries', () => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--check'], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

const questions = blocksOf(readPage('docs/posthog/README.md')).filter(({ language }) => language === 'sql')

test.each(questions.map(({ text }) => [text.split('\n')[0], text] as const))(
  'the rows of "%s" are of events that carry what is asked for: a failed compile may have no counts, and is no 0',
  (_, sql) => {
    const [, event = ''] = /event = '(\w+)'/.exec(sql) ?? []
    const catalogue: Readonly<Record<string, EventSpec>> = EVENTS
    const carried: Readonly<Record<string, object>> = catalogue[event]?.properties ?? {}
    const asked = [...sql.matchAll(/properties\.(\w+)/g)].map(([, name = '']) => name)
    const missing = asked.filter((name) => {
      const spec = carried[name]
      if (!spec) return name !== 'is_ci'
      return 'optional' in spec && !sql.includes(`notEmpty(toString(properties.${name}))`)
    })
    expect(missing).toEqual([])
  },
)

interface Filter {
  readonly key: string
  readonly value: readonly string[]
}

interface Tile {
  readonly name: string
  readonly query: {
    readonly source: {
      readonly series?: readonly { readonly event: string; readonly properties?: readonly Filter[] }[]
      readonly query?: string
    }
  }
}

const { tiles }: { readonly tiles: readonly Tile[] } = JSON.parse(
  readFileSync(new URL('../../docs/posthog/dashboard.json', import.meta.url), 'utf8'),
)

test('"Duration of a run" is about what worked: a mistyped flag would be a run of 3 ms', () => {
  const series = tiles.find(({ name }) => name === 'Duration of a run')?.query.source.series ?? []
  const takesFailed = series.filter(({ properties = [] }) =>
    properties.every(({ key, value }) => key !== 'success' || value.includes('false')),
  )
  expect(series).not.toEqual([])
  expect(takesFailed).toEqual([])
})

test('a tile that counts by week begins with a whole one: a part of a week would look like growth', () => {
  const byWeek = tiles.flatMap(({ query }) => query.source.query ?? []).filter((sql) => /AS week\b/.test(sql))
  expect(byWeek).not.toEqual([])
  expect(byWeek.filter((sql) => !sql.includes('timestamp >= toStartOfWeek('))).toEqual([])
})

test('a tile that tells another tool nothing is one that the page says to leave out', () => {
  const [, told = ''] = /Leave out the tiles (.*?):/s.exec(readPage('docs/posthog/README.md').text) ?? []
  const own = tiles.filter(({ query }) => /['"](?:compile|run|serve)\\?['"]/.test(JSON.stringify(query)))
  expect([...told.replaceAll(/\s+/g, ' ').matchAll(/"([^"]+)"/g)].map(([, name]) => name)).toEqual(
    own.map(({ name }) => name),
  )
})
