import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const rowsOf = (cwd: string, model: string): unknown =>
  JSON.parse(readFileSync(join(cwd, 'target', 'data', `${model}.json`), 'utf8')).rows

const csv = (file: string) =>
  `name: p\nsources: [{ name: s, type: csv, file: '${file}' }]\n` +
  'models: [{ name: m, source: ref(s), sql: select * from s }]\n'

// Windows has no names with such characters.
test.skipIf(process.platform === 'win32').each([
  ['a directory of the project with brackets', 'shop [a]', 'd.csv', ['shop a/d.csv']],
  ['a pattern below one', 'shop [a]', '*.csv', ['shop a/x.csv']],
  ['a file with brackets', 'shop', 'd[1].csv', ['shop/d1.csv']],
  ['a directory of the project that looks like a partition', 'env=prod', 'd.csv', []],
])('of %s a CSV is read as it is named, and nothing else', async (_case, directory, file, others) => {
  const named = file.replace('*', 'd')
  const cwd = temporaryProject({
    [`${directory}/project.visivo.yml`]: csv(file),
    [`${directory}/${named}`]: 'a\n1\n',
    ...Object.fromEntries(others.map((other) => [other, 'a\n999\n'])),
  })
  const project = join(cwd, directory)
  expect(await visivo(project, ['run'])).toMatchObject({ code: 0 })
  expect(rowsOf(project, 'm')).toEqual([[1]])
})

test.each(['year=*/d.csv', '*/d.csv'])(
  'directories below the project that are partitions are columns: %s',
  async (file) => {
    const cwd = temporaryProject({
      'project.visivo.yml': csv(file),
      'year=2025/d.csv': 'a\n1\n',
      'year=2026/d.csv': 'a\n2\n',
    })
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
    expect(rowsOf(cwd, 'm')).toEqual([
      [1, 2025],
      [2, 2026],
    ])
  },
)

test.skipIf(process.platform === 'win32')(
  'two sources that name one database, one of them by a link, lose nothing of each other',
  async () => {
    const seed = (table: string) =>
      `seeds: [{ table_name: ${table}, args: [node, -e, 'console.log("a\\n1")'] }]`
    const made = (name: string) =>
      `  - { name: ${name}, source: ref(${name} source), sql: create or replace table made_${name} as select 1 as a; ` +
      'checkpoint; select 1 as a }\n'
    const cwd = temporaryProject({
      'project.visivo.yml':
        'name: p\nsources:\n' +
        `  - { name: one source, type: duckdb, database: link.db, ${seed('one')} }\n` +
        `  - { name: two source, type: duckdb, database: d.db, ${seed('two')} }\n` +
        `models:\n${made('one')}${made('two')}` +
        "  - { name: tables, source: ref(one source), sql: 'select table_name from duckdb_tables() order by all' }\n",
    })
    // It leads to a database that the first run makes.
    symlinkSync('d.db', join(cwd, 'link.db'))
    for (const filter of ['one,two', 'one,two', 'tables']) {
      expect(await visivo(cwd, ['run', '--threads', '1', '--dag-filter', filter])).toMatchObject({ code: 0 })
    }
    expect(rowsOf(cwd, 'tables')).toEqual([['made_one'], ['made_two'], ['one'], ['two']])
  },
)

test.each([
  ['a CSV', 'type: csv, file: t.csv'],
  ['a seed', 'type: duckdb, database: s.db, seeds: [{ table_name: s, args: [cat, t.csv] }]'],
])('a row of %s that starts with the #N/A of a spreadsheet is not left out', async (_case, keys) => {
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p\nsources: [{ name: s, ${keys} }]\nmodels: [{ name: m, source: ref(s), sql: select * from s }]\n`,
    't.csv': 'a,b\n1,2\n#N/A,3\n4,5\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(rowsOf(cwd, 'm')).toEqual([
    ['1', 2],
    ['#N/A', 3],
    ['4', 5],
  ])
})

test('a relative path in SQL counts from --working-dir, not from where visivo was started', async () => {
  const model = "  - { name: m, source: ref(s), sql: 'select * from ''d.csv''' }\n"
  const cwd = temporaryProject({
    'project/project.visivo.yml': `name: p\nsources: [{ name: s, type: duckdb, database: ':memory:' }]\nmodels:\n${model}`,
    'project/d.csv': 'a\n1\n',
    'd.csv': 'a\n999\n',
  })
  expect(await visivo(cwd, ['run', '-w', 'project'])).toMatchObject({ code: 0 })
  expect(rowsOf(join(cwd, 'project'), 'm')).toEqual([[1]])
})
