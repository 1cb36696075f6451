import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

/** More lines than DuckDB looks at to find out what a file is like, and then those. */
const longCsv = (...last: readonly string[]) =>
  ['id,v', ...Array.from({ length: 25_000 }, (_, id) => `${id},7`), ...last].join('\n').concat('\n')

function projectOf(csv: string | Buffer, sql: string): string {
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p
sources:
  - { name: s, type: csv, file: s.csv }
  - name: seeded
    type: duckdb
    database: target/p.duckdb
    seeds: [{ table_name: s, args: [cat, s.csv] }]
models:
  - { name: m, source: ref(s), sql: ${sql} }
  - { name: n, source: ref(seeded), sql: ${sql} }
`,
  })
  writeFileSync(join(cwd, 's.csv'), csv)
  return cwd
}

const QUOTED = ['25000,a', '25001,"b"', '25002,"c, ""d"""', '25003,"e\nf"', `25004,'g'`]
const UNQUOTED = [['a'], ['b'], ['c, "d"'], ['e\nf'], ["'g'"]]

test.each(['m', 'n'])('quotes that stand far down are no part of the values of %s', async (model) => {
  const csv = longCsv(...QUOTED).replace('\n0,7\n', '\n0,x\n')
  const cwd = projectOf(csv, 'select v from s where id >= 25000 order by id')
  expect(await visivo(cwd, ['run', '--dag-filter', model])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', `${model}.json`), 'utf8'))
  expect(rows).toEqual(UNQUOTED)
})

test.each([
  ['quotes that are none', 'id,v\n1,"a" b\n2,c\n', ['"a" b', 'c']],
  ['single quotes', "id,v\n1,'a, b'\n2,c\n", ['a, b', 'c']],
])('%s are read as before', async (_case, csv, values) => {
  const cwd = projectOf(csv, 'select v from s order by id')
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
  expect(rows).toEqual(values.map((value) => [value]))
})

test.each([
  [
    'is not UTF-8, which DuckDB tells by failing itself',
    Buffer.from(longCsv('25000,caf\xe9').replace('\n0,7\n', '\n0,x\n'), 'latin1'),
    /the model 'm' failed: DuckDB failed \([^\n]*\)\. Where a CSV is not UTF-8, save it as UTF-8\.\n$/,
  ],
  [
    'has a text in a column of numbers',
    longCsv('25000,x'),
    /line 25002 of [^\n]*"x" to 'BIGINT'\. Correct it there, or read it in SQL: read_csv\(…, all_varchar = true\)\.\n$/,
  ],
  [
    'begins with a quote that means nothing',
    longCsv('25000,"a" b').replace('\n0,7\n', '\n0,x\n'),
    /line 25002 of [^\n]*unterminated quote found\. Correct it there, or read it in SQL: read_csv\(…, quote = ''\)\.\n$/,
  ],
  [
    'begins with a quote that does not end',
    longCsv('25000,"a', ...Array.from({ length: 100 }, (_, id) => `${id},7`)).replace('\n0,7\n', '\n0,"x"\n'),
    /line 25002 of [^\n]*s\.csv: Value with unterminated quote found\. Correct it there/,
  ],
  [
    'ends in another way',
    longCsv('25000,7\r', '25001,7\r'),
    /s\.csv can't be read as a CSV\. Check its quotes, and that all its lines end alike\.\n$/,
  ],
])('the error for a line far down that %s is one line', async (_case, csv, message) => {
  const cwd = projectOf(csv, 'select max(v) from s')
  const { code, stderr } = await visivo(cwd, ['run', '--dag-filter', 'm'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr.split('\n')).toHaveLength(2)
})

test('sources that do not fit into memory do not read what another one has put on the disk', async () => {
  const sorted = '(select range as n from range(3000000) order by hash(range) offset 1)'
  const sql = `set threads = 2; set memory_limit = '60MB'; select count(*), sum(n)::bigint from ${sorted}`
  const cwd = temporaryProject({
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }, { name: z, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: "${sql}" }, { name: n, source: ref(z), sql: "${sql}" }]
`,
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  for (const model of ['m', 'n']) {
    const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', `${model}.json`), 'utf8'))
    expect(rows).toEqual([[2_999_999, 4_499_998_500_000]])
  }
  expect(readdirSync(cwd).toSorted()).toEqual(['project.visivo.yml', 'target'])
  expect(readdirSync(join(cwd, 'target')).toSorted()).toEqual(['data', 'project.json'])
})
