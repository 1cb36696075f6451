import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CSV_SOURCES, projectOf } from './csv-project.ts'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

describe.each(CSV_SOURCES)('%s', (_kind, source) => {
  test.each([
    ['months of the United States become days of January', ['01/01/2026', '02/01/2026'], '02/01/2026'],
    ['the last of January is a day of 2031', ['31.01.26', '28.02.26'], '28.02.26'],
    ['days that begin with their month are turned round', ['01-02-2026', '12-11-2026'], '01-02-2026'],
    ['so are those with a time', ['01/02/2026 10:11:12', '02/02/2026 10:11:12'], '01/02/2026 10:11:12'],
  ])('%s, and nobody is told', async (_case, days, unclear) => {
    const csv = `name,v\n${days.map((day) => `ann,${day}\n`).join('')}`
    const { code, stderr } = await visivo(projectOf(source, csv), ['run'])
    expect(code).toBe(1)
    expect(stderr).toContain(`the column "v" has days like ${unclear}, which may be %`)
    expect(stderr).toMatch(
      /^Error: project\.visivo\.yml:3: [^\n]* or read it in the SQL of a duckdb source, [^\n]* (?:date|timestamp)format = '%[^\n]*, or all_varchar = true [^\n]*\n$/,
    )
  })

  test.each([
    ['one day says it for all', ['01/02/2026', '31/01/2026'], ['2026-02-01', '2026-01-31']],
    ['either order means the same', ['01/01/2026', '12/12/2026'], ['2026-01-01', '2026-12-12']],
    ['nobody writes the month first', ['01.02.2026', '03.04.2026'], ['2026-02-01', '2026-04-03']],
    ['one time says it for all', ['31/01/2026 10:11:12'], ['2026-01-31T10:11:12']],
    ['the year stands first, and whole', ['2026-01-02', '2026-03-04'], ['2026-01-02', '2026-03-04']],
  ])('days are read where %s', async (_case, days, read) => {
    const directory = projectOf(source, `name,v\n${days.map((day) => `ann,${day}\n`).join('')}`)
    expect(await visivo(directory, ['run'])).toMatchObject({ code: 0 })
    const { rows } = JSON.parse(readFileSync(join(directory, 'target/data/m.json'), 'utf8'))
    expect(rows).toEqual(read.map((day) => ['ann', day]))
  })
})

test('a day that may be two is found in the first line of a file without a header', async () => {
  const [[, source]] = CSV_SOURCES
  const cwd = projectOf(source.replace(' }', ', has_header: false }'), 'ann,01/02/2026\n')
  const { code, stderr } = await visivo(cwd, ['run'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('has days like 01/02/2026')])
})

test('what another of several files says about the order of a day counts', async () => {
  const directory = projectOf(CSV_SOURCES[0][1], 'v\n01/02/2026\n', 'v\n31/01/2026\n')
  expect(await visivo(directory, ['run'])).toMatchObject({ code: 0 })
})

test('two columns of days, of which one tells the order of both, are read', async () => {
  const directory = projectOf(CSV_SOURCES[0][1], 'v,w\n01/02/2026,13/02/2026\n')
  expect(await visivo(directory, ['run'])).toMatchObject({ code: 0 })
})

test.each([
  ['are read where a time says it for all', 'm,v\n01/02/2026,31/01/2026 10:11:12\n', 0],
  ['are not read where a time says that they are others', 'm,v\n01/02/2026,01/31/2026 10:11:12 AM\n', 1],
])('days beside times %s', async (_case, csv, code) => {
  expect(await visivo(projectOf(CSV_SOURCES[0][1], csv), ['run'])).toMatchObject({ code })
})

test.each([
  ["dateformat = '%m/%d/%Y'", '2026-02-01'],
  ['all_varchar = true', '02/01/2026'],
])('what the error advises is done: %s', async (option, day) => {
  const directory = temporaryProject({
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: "select v::text from read_csv('d.csv', ${option})" }]
`,
    'd.csv': 'v\n02/01/2026\n',
  })
  expect(await visivo(directory, ['run'])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(directory, 'target/data/m.json'), 'utf8'))
  expect(rows).toEqual([[day]])
})
