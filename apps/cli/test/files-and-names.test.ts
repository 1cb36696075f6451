import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, onTestFinished, test } from 'vitest'
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
  ['a file with a question mark', 'shop', 'd?.csv', ['shop/d1.csv']],
  ['a directory with a star', 'sh*p', 'd.csv', ['shop/d.csv']],
  ['a directory with an apostrophe', "ann's shop", 'd.csv', []],
  ['a directory of the project that looks like a partition', 'env=prod', 'd.csv', []],
  ['a directory and a file that look like partitions', 'env=prod', 'year=2026.csv', []],
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

test.each(['year=2026', "ann's"])(
  'a seed is read as it was printed, whatever its temporary directory is called, and nothing of it stays there: %s',
  async (directory) => {
    const seed = `{ table_name: s, args: [node, -p, "'a\\\\n1'"] }`
    const cwd = temporaryProject({
      'project.visivo.yml': csv('d.csv').replace(
        "csv, file: 'd.csv'",
        `duckdb, database: s.db, seeds: [${seed}]`,
      ),
      [`${directory}/others`]: '',
    })
    const TMPDIR = join(cwd, directory)
    expect(await visivo(cwd, ['run'], { TMPDIR, TEMP: TMPDIR })).toMatchObject({ code: 0 })
    expect(rowsOf(cwd, 'm')).toEqual([[1]])
    expect(readdirSync(TMPDIR)).toEqual(['others'])
  },
)

// Windows has no names with such characters.
test.skipIf(process.platform === 'win32')(
  'a day that may be two in a file with brackets is found, and not looked for in another',
  async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': csv('d[1].csv'),
      'd[1].csv': 'a\n01/02/2026\n',
      'd1.csv': 'a\n999\n',
    })
    const { stderr } = await visivo(cwd, ['run'])
    expect(stderr).toContain('the column "a" has days like 01/02/2026, which may be')
  },
)

test('quotes that mean nothing stay in the values of a file with brackets', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': csv('d[1].csv'),
    'd[1].csv': 'a,b\n1,z\n3,"x" y\n',
    'd1.csv': 'a,b\n999,z\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(rowsOf(cwd, 'm')).toEqual([
    [1, 'z'],
    [3, '"x" y'],
  ])
})

test('names with quotes are those of a source, of a table and of a model that is referenced', async () => {
  const name = `'it is "it"'`
  const sql = `'select a from "it is ""it"""'`
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p
sources:
  - { name: ${name}, type: csv, file: d.csv }
  - { name: s, type: duckdb, database: s.db, seeds: [{ table_name: ${name}, args: [node, -p, '"a\\n2"'] }] }
models:
  - { name: 'say "m"', source: 'ref(it is "it")', sql: ${sql} }
  - { name: n, source: ref(s), sql: ${sql} }
  - { name: m, source: 'ref(it is "it")', sql: 'select * from \${ref(say "m")}' }
`,
    'd.csv': 'a\n1\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect([rowsOf(cwd, 'm'), rowsOf(cwd, 'n')]).toEqual([[[1]], [[2]]])
})

test('a database without seeds is only read, so that whoever else reads it goes on', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': csv('d.csv')
      .replace("csv, file: 'd.csv'", 'duckdb, database: d.db')
      .replace('select * from s', 'from t'),
  })
  const open = async (access_mode: string, sql: string) => {
    const database = await DuckDBInstance.create(join(cwd, 'd.db'), { access_mode })
    onTestFinished(() => database.closeSync())
    const connection = await database.connect()
    await connection.run(sql)
    connection.closeSync()
    return database
  }
  const writer = await open('READ_WRITE', 'create table t as select 1 as a')
  writer.closeSync()
  await open('READ_ONLY', 'from t')
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(rowsOf(cwd, 'm')).toEqual([[1]])
})

test.skipIf(process.platform === 'win32')(
  'as many models run at once as --threads says: one reads what another writes',
  async () => {
    const read = `from read_csv('pipe', auto_detect = false, header = false, columns = { a: 'INT' })`
    const write = "copy (select 1) to 'pipe' (header false, use_tmp_file false); select 2"
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: "${read}" }, { name: n, source: ref(s), sql: "${write}" }]
`,
    })
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    expect(await visivo(cwd, ['run', '--threads', '2'])).toMatchObject({ code: 0 })
    expect([rowsOf(cwd, 'm'), rowsOf(cwd, 'n')]).toEqual([[[1]], [[2]]])
  },
)

test('behind a model that fails no more are started', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: from nowhere }, { name: n, source: ref(s), sql: select 1 }]
`,
  })
  expect(await visivo(cwd, ['run', '--threads', '1'])).toMatchObject({ code: 1 })
  expect(existsSync(join(cwd, 'target', 'data', 'n.json'))).toBe(false)
})

test.each([
  ['two databases in memory are two', ':memory:', [[1]], [[2]]],
  ['of one file it is one, also where only the second source has seeds', 'd.db', [], [[2]]],
])('each source reads the tables of its database: %s', async (_case, database, first, second) => {
  const source = (name: string, rows: readonly (readonly number[])[]) => {
    const seeds = rows.map((row) => `{ table_name: t, args: [node, -p, "'a\\\\n${row}'"] }`)
    return `  - { name: ${name}, type: duckdb, database: '${database}', seeds: [${seeds}] }\n`
  }
  const cwd = temporaryProject({
    'project.visivo.yml':
      `name: p\nsources:\n${source('s', first)}${source('z', second)}` +
      'models: [{ name: m, source: ref(s), sql: from t }, { name: n, source: ref(z), sql: from t }]\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect([rowsOf(cwd, 'm'), rowsOf(cwd, 'n')]).toEqual([first.length > 0 ? first : second, second])
})

test.each([
  [
    'values that are JSON, without a header',
    ', has_header: false',
    '{"a": 1}\n{"a": 2}\n',
    ['{"a": 1}', '{"a": 2}'],
  ],
  ['a name with another delimiter in it', '', 'a;b,c\n1,2\n', [1]],
  [
    'a single column that is called like two, where it is said what is between them',
    ', delimiter: ";"',
    'a,b\n1\n2\n',
    [1, 2],
  ],
  ['a delimiter that nobody would guess', ', delimiter: x', 'axb\n1x2\n3x4\n', [1, 3]],
])('is read as it is written: %s', async (_case, keys, text, column) => {
  const cwd = temporaryProject({
    'project.visivo.yml': csv('d.csv').replace("'d.csv'", `d.csv${keys}`),
    'd.csv': text,
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect((rowsOf(cwd, 'm') as unknown[][]).map(([value]) => value)).toEqual(column)
})

test('what is wrong with a key of a CSV is said without the SQL of its view, which nobody wrote', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': csv('d.csv').replace("'d.csv'", 'd.csv, delimiter: abcdefgh'),
    'd.csv': 'a\n1\n',
  })
  const { stderr } = await visivo(cwd, ['run'])
  expect(stderr).toMatch(/^Error: project\.visivo\.yml:2: [^\n]* delimiter option cannot exceed [^\n]*\n$/)
})
