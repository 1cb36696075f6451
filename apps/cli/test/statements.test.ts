import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const project = (models: string) =>
  temporaryProject({
    'project.visivo.yml':
      "name: p\nsources: [{ name: s, type: duckdb, database: ':memory:' }]\n" +
      `defaults: { source_name: s }\nmodels:\n${models}`,
  })

test.each([
  ['gives another result than its first', 'select 1 as a; select 2 as a'],
  ['prepares something', 'create temp table t as select 2 as a; select * from t'],
  ['is a PIVOT without IN', "pivot (values ('a', 1)) t(k, v) on k using sum(v)"],
])('a model whose SQL %s is refused by its name where another one references it', async (_case, sql) => {
  const cwd = project(
    `  - name: several\n    sql: ${sql}\n  - { name: reader, sql: 'select * from \${ref(several)}' }\n`,
  )
  const { code, stderr } = await visivo(cwd, ['run', '--dag-filter', 'reader'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Error: project\.visivo\.yml:7: the SQL of 'reader' references 'several', which has several statements;/,
  )
})

test.each([
  ['a comment', '-- select 1'],
  ['a semicolon', ';'],
])(
  'SQL that is only %s gives no rows, rather than an empty result in place of the last one',
  async (_case, sql) => {
    const cwd = project(`  - { name: m, sql: '${sql}' }\n`)
    const { code, stderr } = await visivo(cwd, ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: project\.visivo\.yml:5: the SQL of the model 'm' gives no rows\./)
    expect(existsSync(join(cwd, 'target', 'data', 'm.json'))).toBe(false)
  },
)
