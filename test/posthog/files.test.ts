import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EVENTS } from '../../packages/telemetry/src/events.ts'
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
    const carried: Readonly<Record<string, object>> = EVENTS.cli_command.properties
    const asked = [...sql.matchAll(/properties\.(\w+)/g)].map(([, name = '']) => name)
    const missing = asked.filter((name) => {
      const spec = carried[name]
      if (!spec) return name !== 'is_ci'
      return 'optional' in spec && !sql.includes(`notEmpty(toString(properties.${name}))`)
    })
    expect(missing).toEqual([])
  },
)
