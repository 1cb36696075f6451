import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const SOURCES = "sources: [{ name: s, type: duckdb, database: ':memory:' }]\n"
const NAME = `"{{ env_var('NAME') }}"`

test.each([
  [
    'the source of the defaults',
    `defaults: { source_name: ${NAME} }\nmodels: [{ name: m, sql: select 1 }]`,
    'defaults.source_name: a name',
    ', or start with --source.',
  ],
  [
    'the source of a model',
    `models: [{ name: m, source: ${NAME}, sql: select 1 }]`,
    "project.visivo.yml:3: the source of the model 'm': a name",
    '.',
  ],
  ['an object', `models: [{ name: ${NAME}, sql: select 1 }]`, 'project.visivo.yml:3: a name', '.'],
])(
  'a name from a variable is called so, not another text than the one written: %s',
  async (_case, text, begin, end) => {
    const cwd = temporaryProject({ 'project.visivo.yml': `name: p\n${SOURCES}${text}\n` })
    const { code, stderr } = await visivo(cwd, ['run'], { NAME: 's' })
    expect([code, stderr]).toEqual([
      1,
      `Error: ${begin} can't come from the environment, as from NAME here. Write the name itself${end}\n`,
    ])
  },
)

test('a project that takes its name from a variable is told that it does not', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': `name: ${NAME}\n` })
  const { code, stderr } = await visivo(cwd, ['compile'], { NAME: 's' })
  expect([code, stderr]).toEqual([
    0,
    "Warning: name: a name can't come from the environment, as from NAME here. Write the name itself.\n",
  ])
})
