import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { inShell, visivo } from './visivo.ts'

const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

const source = (yaml: string) =>
  `name: p\nsources:\n  - ${yaml}\nmodels:\n  - { name: m, source: ref(s), sql: select 1 }\n`

test.skipIf(process.platform === 'win32').each([
  ['a CSV', 'type: csv, file: pipe.csv'],
  ['a database', 'type: duckdb, database: pipe.csv'],
])('%s that is a pipe, rather than waiting for its writer for ever', async (_case, keys) => {
  const cwd = temporaryProject({ 'project.visivo.yml': source(`{ name: s, ${keys} }`) })
  execFileSync('mkfifo', [join(cwd, 'pipe')])
  symlinkSync('pipe', join(cwd, 'pipe.csv'))
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: project\.visivo\.yml:3: [^\n]* is no regular file[^\n]*\n$/)
})

test('a CSV that is several files is read as one', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': source("{ name: s, type: csv, file: 'd/*.csv' }").replace(
      'select 1',
      'select a from s',
    ),
    'd/1.csv': 'a\n1\n',
    'd/2.csv': 'a\n2\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[1], [2]])
})

test.each([
  [
    'a seed whose program is empty',
    "args: ['']",
    /^Error: [^\n]*:3: the seed of table 't' of 's' names no program: the first of its `args:` is empty\.\n$/,
  ],
  [
    'a seed with an argument that no program can take',
    'args: [node, "\\0"]',
    /^Error: [^\n]*:3: the seed of table 't' \(node\) could not run: [^\n]*null bytes[^\n]* Check `args:`\.\n$/,
  ],
  [
    'a seed that prints another encoding',
    `args: [node, -e, "process.stdout.write(Buffer.from('612c620a312c636166e90a', 'hex'))"]`,
    /^Error: [^\n]*:3: the seed of table 't' \(node\) printed what is not a CSV: what it printed is not UTF-8 [^\n]*\n$/,
  ],
])('%s', async (_case, args, message) => {
  const yaml = `{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, ${args} }] }`
  const cwd = temporaryProject({ 'project.visivo.yml': source(yaml) })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})

const many = 'a,b\n'.concat('1,x\n'.repeat(60_000))
test.each([
  [
    'in another encoding',
    'a,b\n1,caf\xe9\n',
    /:3: the source 's' .*s\.csv is not UTF-8 \(line 2\)\. Save it as UTF-8\./,
  ],
  [
    'in another encoding, far below',
    `${many}2,caf\xe9\n`,
    /:5: the model 'm' failed: .*s\.csv is not UTF-8 \(line 60002\)/,
  ],
  [
    'with a word among numbers',
    `${many}zzz,x\n`,
    /:5: the model 'm' failed: line 60002 of .*s\.csv: .*"zzz".* Correct it/,
  ],
  [
    'without a single byte, which would be a column that nobody named',
    '',
    /:3: the source 's' can't be read: .*s\.csv is empty\. It has to have at least a line/,
  ],
  [
    'that is a picture',
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
    /:3: the source 's' .* Check that it is a CSV in UTF-8/,
  ],
])('a CSV %s is told in a line, without settings that nobody can make here', async (_case, text, message) => {
  const yaml = source('{ name: s, type: csv, file: s.csv }').replace('select 1', 'select * from s')
  const cwd = temporaryProject({ 'project.visivo.yml': yaml })
  writeFileSync(join(cwd, 's.csv'), text, 'latin1')
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(/^Error: [^\n]*\n$/)
})

const plain = (models: string, more = '') =>
  `name: p\nsources: [{ name: s, type: duckdb, database: ':memory:' }]\ndefaults: { source_name: s }\n${more}models:\n${models}`

test('models whose names differ in case alone can both be referenced', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': plain(
      '  - { name: Orders, sql: select 1 as a }\n  - { name: orders, sql: select 2 as a }\n' +
        "  - { name: both, sql: 'select * from ${ref(Orders)} union all select * from ${ref(orders)} order by a' }\n",
    ),
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'both.json').rows).toEqual([[1], [2]])
})

test('a reference in the value of a variable is only text', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': plain('  - { name: m, sql: "select \'${env.TEXT}\' as a" }\n'),
  })
  expect(await visivo(cwd, ['run'], { TEXT: '${ref(m)}' })).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([['${ref(m)}']])
})

test('of several statements the last is the result', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': plain("  - { name: m, sql: 'select 1 as a; select 2 as b' }\n"),
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[2]])
})

test('the longest name that a file can have', async () => {
  const name = 'a'.repeat(250)
  const cwd = temporaryProject({ 'project.visivo.yml': plain(`  - { name: ${name}, sql: select 1 }\n`) })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  writeFileSync(join(cwd, 'project.visivo.yml'), plain(`  - { name: ${name}a, sql: select 1 }\n`))
  expect((await visivo(cwd, ['run'])).stderr).toMatch(/called like its model: give that a shorter name\.\n$/)
})

test('DuckDB without its native part, once and with what to do', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': plain('  - { name: m, sql: select 1 }\n') })
  const { code, stderr } = await visivo(cwd, ['run'], { NODE_OPTIONS: '--no-addons' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: DuckDB can't be loaded \([^\n]+\)\. [^\n]+ install visivo [^\n]+\n$/)
})

test.each([
  [
    'no',
    [
      ['alice', 'berlin'],
      ['bob', 'paris'],
    ],
  ],
  [
    "'False'",
    [
      ['alice', 'berlin'],
      ['bob', 'paris'],
    ],
  ],
  ['yes', [['bob', 'paris']]],
  ['on', [['bob', 'paris']]],
  ['', [['bob', 'paris']]],
  ["'1'", [['bob', 'paris']]],
])('a header that is said to be there, or not, in another word: %s', async (word, rows) => {
  const cwd = temporaryProject({
    'project.visivo.yml': source(`{ name: s, type: csv, file: d.csv, has_header: ${word} }`).replace(
      'select 1',
      'select * from s',
    ),
    'd.csv': 'alice,berlin\nbob,paris\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual(rows)
})

test('a header that is neither there nor not', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': source('{ name: s, type: csv, file: d.csv, has_header: perhaps }'),
  })
  expect((await visivo(cwd, ['run'])).stderr).toContain("`has_header:` of 's' is true or false.")
})

const RAGGED = 'a,b\n1,2\n3,4,5\n6,7\n'
const CSV = '{ name: s, type: csv, file: d.csv }'
test.each([
  ['a CSV', CSV, ','],
  ['one between semicolons', CSV, ';'],
  ['one between tabs', CSV, '\t'],
  ['one between bars', CSV, '|'],
  [
    'a seed',
    '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [cat, d.csv] }] }',
    ',',
  ],
])(
  '%s with a value too many is refused, and not one column of whole lines',
  async (_case, yaml, delimiter) => {
    const text = RAGGED.replaceAll(',', delimiter)
    const cwd = temporaryProject({ 'project.visivo.yml': source(yaml), 'd.csv': text })
    const { code, stderr } = await visivo(cwd, ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/has several columns, but not on every line as many values as on the first/)
  },
)

test('a single column may be called like two', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': source('{ name: s, type: csv, file: d.csv }').replace(
      'select 1',
      'select * from s',
    ),
    'd.csv': '"a,b"\n1\n2\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[1], [2]])
})

test('seeds that are left empty are none', async () => {
  const yaml = source("{ name: s, type: duckdb, database: ':memory:', seeds: }")
  const { code, stderr } = await visivo(temporaryProject({ 'project.visivo.yml': yaml }), ['run'])
  expect([code, stderr]).toEqual([0, expect.stringContaining('m: 1 row')])
})

test('a seed whose table has no name', async () => {
  const yaml = "{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: '', args: [node, -v] }] }"
  const { stderr } = await visivo(temporaryProject({ 'project.visivo.yml': source(yaml) }), ['run'])
  expect(stderr).toContain(":3: a seed of 's' needs `table_name:` and `args: [program, argument, …]`.")
})

test('a model that takes rows from another source, whose tables are not there', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }, { name: z, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: select 1 }, { name: n, source: ref(z), sql: 'from \${ref(m)}' }]
`,
  })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/:3: the SQL of 'n' references 'm', which is on another source \(s\)\.\n$/)
})

test('two seeds of one table', async () => {
  const seed = (table: string) => `{ table_name: ${table}, args: [node, -p, '"a"'] }`
  const yaml = `{ name: s, type: duckdb, database: s.db, seeds: [${seed('t')}, ${seed('T')}] }`
  const cwd = temporaryProject({ 'project.visivo.yml': source(yaml) })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("have the table 'T'") })
})

test('two sources of one database do not read what only one of them loads into a table of both', async () => {
  const seed = (row: number) => `seeds: [{ table_name: t, args: [node, -p, "'a\\\\n${row}'"] }]`
  const project = (first: number, second: number) =>
    temporaryProject({
      'project.visivo.yml': `name: p
sources:
  - { name: s, type: duckdb, database: s.db, ${seed(first)} }
  - { name: z, type: duckdb, database: ./s.db, ${seed(second).replace('name: t', 'name: T')} }
models: [{ name: m, source: ref(s), sql: from t }, { name: n, source: ref(z), sql: from t }]
`,
    })
  const { code, stderr } = await visivo(project(1, 2), ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Error: project\.visivo\.yml:3: 's' and 'z' have one database, [^\n]* 't'\. Give [^\n]*\n$/,
  )
  expect(await visivo(project(1, 1), ['run'])).toMatchObject({ code: 0 })
})

test('a seed whose table the database has as a view: what it printed is not blamed', async () => {
  const yaml = (table: string) =>
    source(
      `{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: ${table}, args: [node, -p, "'a'"] }] }`,
    ).replace('select 1', 'create or replace view v as select 1 as a; select * from v')
  const cwd = temporaryProject({ 'project.visivo.yml': yaml('t') })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  writeFileSync(join(cwd, 'project.visivo.yml'), yaml('v'))
  const { stderr } = await visivo(cwd, ['run'])
  expect(stderr).toMatch(
    /:3: the seed of table 'v' \(node\) can't be loaded: Catalog Error: [^\n]* of type View/,
  )
})

test.skipIf(process.platform === 'win32')('a seed that is killed, and by what', async () => {
  const kill = '[node, -e, "process.kill(process.pid, \'SIGKILL\')"]'
  const yaml = `{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: ${kill} }] }`
  const { stderr } = await visivo(temporaryProject({ 'project.visivo.yml': source(yaml) }), ['run'])
  expect(stderr).toMatch(/the seed of table 't' \(node\) ended with SIGKILL\.\n$/)
})

test.skipIf(process.platform === 'win32')(
  'a seed is given nothing of what is typed or piped into visivo, and so waits for nobody',
  async () => {
    const yaml = '{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [cat] }] }'
    const cwd = temporaryProject({ 'project.visivo.yml': source(yaml) })
    const { code, stderr } = await inShell(`echo a | visivo run -w "${cwd}"`)
    expect([code, stderr]).toEqual([1, expect.stringContaining('printed nothing. It prints a CSV')])
  },
)

test.skipIf(process.platform === 'win32')('a seed without a place for what it prints', async () => {
  const yaml = "{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -p, '1'] }] }"
  const cwd = temporaryProject({ 'project.visivo.yml': source(yaml) })
  const { stderr } = await visivo(cwd, ['run'], { TMPDIR: join(cwd, 'missing') })
  expect(stderr).toMatch(/the seed of table 't' \(node\) has no place [^\n]*ENOENT[^\n]* Check TMPDIR\.\n$/)
})

test.each([
  ['row(1, 2)', 'of a row'],
  ['list_zip([1, 2], [3, 4])', 'in a list'],
  ["map { 'k': { 'f': row(1, 2) } }", 'deep inside'],
])('no field without a name is lost: %s', async (sql) => {
  const cwd = temporaryProject({
    'project.visivo.yml': plain(`  - name: m\n    sql: |\n      select ${sql} as a\n`),
  })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Error: project\.visivo\.yml:\d: the column 'a' of the model 'm' has several fields/,
  )
})

test('a source that the project does not have is named', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': source("{ name: sales, type: duckdb, database: ':memory:' }").replace(
      'ref(s)',
      'sale',
    ),
  })
  const { code, stderr } = await visivo(cwd, ['compile'])
  expect(code).toBe(1)
  expect(stderr).toContain("'m' references 'sale', which the project doesn't have. Did you mean 'sales'?")
})

test('a variable in the name of a seed’s table', async () => {
  const seed = `{ name: s, type: duckdb, database: ':memory:', seeds: [{ table_name: '\${env.T}', args: [echo, a] }] }`
  const cwd = temporaryProject({
    'project.visivo.yml': source(seed).replace('select 1', "'select count(*) from t'"),
  })
  expect(await visivo(cwd, ['run'], { T: 't' })).toMatchObject({ code: 0 })
  expect((await visivo(cwd, ['run'])).stderr).toMatch(/the environment variable T is not set/)
})

test('a variable in the name of a file', async () => {
  const csv = "{ name: s, type: csv, file: '${env.DIRECTORY}/a.csv' }"
  const cwd = temporaryProject({
    'project.visivo.yml': source(csv).replace('select 1', 'select count(*) from s'),
    'd/a.csv': 'a\n1\n',
  })
  expect(await visivo(cwd, ['run'], { DIRECTORY: 'd' })).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[1]])
})

test('a variable that says whether a CSV has a header', async () => {
  const csv = "{ name: s, type: csv, file: a.csv, has_header: '${env.HEADER}' }"
  const cwd = temporaryProject({
    'project.visivo.yml': source(csv).replace('select 1', 'select count(*) from s'),
    'a.csv': 'a\nb\n',
  })
  expect(await visivo(cwd, ['run'], { HEADER: 'no' })).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[2]])
})

test('a model that merges others is refused by its name, also where another one takes its rows', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': plain(
      '  - { name: a, sql: select 1 as x }\n  - { name: m, sql: select * from a.model, models: [ref(a)] }\n' +
        "  - { name: top, sql: 'select * from ${ref(m)}' }\n",
    ),
  })
  for (const name of ['m', 'top']) {
    const { code, stderr } = await visivo(cwd, ['run', '--dag-filter', name])
    expect(code).toBe(1)
    expect(stderr).toContain("project.visivo.yml:6: the model 'm' merges `models:`, which is not done here.")
  }
})
