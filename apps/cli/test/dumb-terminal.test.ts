import { expect, test } from 'vitest'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { inTerminal } from './terminal.ts'

const YAML = `name: p
models: [{ name: m, source: { name: s, type: duckdb, database: ':memory:' }, sql: select 1 }]
`

test.skipIf(process.platform === 'win32')(
  'a dumb terminal is shown lines, and nothing that it can not obey',
  async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': YAML })
    const env = { HOME: temporaryDirectory(), DO_NOT_TRACK: '1', TERM: 'dumb' }
    const { code, screen } = await inTerminal(cwd, ['run'], env)
    expect(code).toBe(0)
    expect(screen).toMatch(/^\[1\/1\] m: 1 row, [\d.]+ s\nRan 1 model in [\d.]+ s → target\/data\n$/)
  },
)
