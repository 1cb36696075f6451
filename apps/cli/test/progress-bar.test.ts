import { expect, test } from 'vitest'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { inTerminal } from './terminal.ts'

// Its seeds and its signals are those of a POSIX system.
test.skipIf(process.platform === 'win32').each([
  ['killed', 'kill -KILL $PPID'],
  ['ended by Ctrl-\\', 'kill -QUIT $PPID'],
])('a run that is %s leaves a shell whose cursor is seen and whose lines wrap', async (_case, what) => {
  // While the bar is shown.
  const project = temporaryProject({
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:', seeds: [{ table_name: t, args: [sh, -c, '${what}'] }] }]
models: [{ name: m, source: s, sql: select * from t }]
`,
  })
  // What a run was in the middle of stays behind.
  const off = { HOME: temporaryDirectory(), TMPDIR: temporaryDirectory(), DO_NOT_TRACK: '1' }
  const { code, screen } = await inTerminal(project, ['run'], off)
  expect(code).toBeGreaterThan(128)
  expect(screen).toContain('░ 0/1')
  const modes = new Map([...screen.matchAll(/\[\?(\d+)([hl])/g)].map(([, mode, set]) => [mode, set]))
  expect([modes.get('25') ?? 'h', modes.get('7') ?? 'h']).toEqual(['h', 'h'])
})

test.skipIf(process.platform === 'win32')(
  'a run that fails leaves its error, and nothing of its bar',
  async () => {
    const project = temporaryProject({
      'project.visivo.yml': `name: p
models: [{ name: m, source: { name: s, type: duckdb, database: ':memory:' }, sql: from nowhere }]
`,
    })
    const off = { HOME: temporaryDirectory(), DO_NOT_TRACK: '1' }
    const { code, screen } = await inTerminal(project, ['run'], off)
    expect(code).toBe(1)
    expect(screen).toMatch(/░ 0\/1[^\n]*\[0?K[^\n]*Error: project\.visivo\.yml:2: the model 'm' failed/)
  },
)
