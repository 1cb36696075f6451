import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CSV_SOURCES, projectOf } from './csv-project.ts'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

/** As many lines as DuckDB looks at to find out what a column is, and some more. */
const LONG = 25_000

const lines = (count: number, value: string) =>
  Array.from({ length: count }, (_, id) => `${id},${value}\n`).join('')

describe.each(CSV_SOURCES)('%s', (_kind, source) => {
  test.each([
    ['in one line, which would be the header of no rows', '[{"id":1,"a":"x"},{"id":2,"a":"y"}]'],
    ['in many lines', '[\n  {\n    "id": 1\n  }\n]\n'],
    ['of which every line is one row', '{"id":1,"a":"x"}\n{"id":2,"a":"y"}\n'],
    ['with a byte order mark, and brackets in a text', '\uFEFF[{"id":1,"a":"\\"]}, "},{"id":2,"a":"y"}]'],
    ['which is long', `[{"id":1,"a":"${'x'.repeat(2_000)}"}]`],
  ])('what is JSON, %s', async (_case, text) => {
    const { code, stderr } = await visivo(projectOf(source, text), ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Error: project\.visivo\.yml:3: [^\n]* is JSON, not a CSV\. [^\n]*read_json\([^\n]*\n$/,
    )
  })

  test.each([
    [
      'in the last line, for which all others would be left out',
      `id,amount\n${lines(99, '$5.00')}99,$1,200.00\n`,
    ],
    [
      'in the last line of texts, which would be the header',
      'name,city\nann,Berlin\nbob,Rome\neve,Paris, FR\n',
    ],
    [
      'in the last line of texts in quotes',
      '"name","city"\n"ann","Berlin"\n"bob","Rome"\n"eve","Paris"," FR"\n',
    ],
    [
      'in half of the lines of texts, which then says nothing of which half is meant',
      'ann,Berlin\nbob,Rome\nname,city,land\neve,Paris,FR\nmia,Oslo,NO\n',
    ],
    [
      'in each of the last two lines, of which a seed would take one for its header',
      'id,amount\n1,$5\n2,$6\n3,$1,200\n4,$1,300\n',
    ],
  ])('a comma too many %s', async (_case, csv) => {
    const { code, stderr } = await visivo(projectOf(source, csv), ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Error: project\.visivo\.yml:3: [^\n]*the lines before line \d+ of [^\n]* skip = \d+\)\.\n$/,
    )
  })

  test.each([
    ['a fraction in a column of whole numbers, which would be rounded', '7', '5.5'],
    ['a time in a column of days, which would be lost', '2026-01-31', '2026-01-31 10:11:12'],
    ['a day in a column of times, which would be lost', '10:00:00', '2026-01-31 10:11:12'],
    ['an hour of the afternoon, which would be one of the morning', '10:00:00', '11:00:00 PM'],
  ])('%s, far down', async (_case, first, last) => {
    const csv = `id,v\n${lines(LONG, first)}${LONG},${last}\n`
    const { code, stderr } = await visivo(projectOf(source, csv), ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^Error: project\.visivo\.yml:3: [^\n]*the column "v"[^\n]* sample_size = -1[^\n]*\n$/,
    )
    expect(stderr).toContain(` ${last} `)
  })
})

test.each([
  [
    'a title above the header',
    'Sales, 2026\n\nid,name,v\n1,a,3\n2,b,4\n',
    [
      [1, 'a', 3],
      [2, 'b', 4],
    ],
  ],
  [
    'a title of two lines above a header of texts',
    'Report\nof people\nname,city\nann,rome\n',
    [['ann', 'rome']],
  ],
  ['names in brackets', '[id],[v]\n1,2\n', [[1, 2]]],
  ['names in more brackets', '[[Name]],["v"]\n1,2\n', [[1, 2]]],
  [
    'values that are JSON, without a header',
    '{"a": [1]}\t5\n{"b": {}}\t6\n',
    [
      ['{"a": [1]}', 5],
      ['{"b": {}}', 6],
    ],
  ],
  [
    'several, with values',
    'by:,ann\nin:,2026\nid,name,v\n1,a,3\n2,b,4\n3,c,5\n4,d,6\n',
    [
      [1, 'a', 3],
      [2, 'b', 4],
      [3, 'c', 5],
      [4, 'd', 6],
    ],
  ],
  [
    'several, with values, above more lines than stand below',
    'Report,Orders\nDay,2026-01-31\nBy,ann\nid,name,v\n1,a,3\n',
    [[1, 'a', 3]],
  ],
  [
    'whole numbers as a fraction',
    'id,v\n1,2.0\n2,3\n',
    [
      [1, 2],
      [2, 3],
    ],
  ],
  [
    'a time to the microsecond, as the README says',
    'id,v\n1,2026-01-31 10:11:12.123456789\n',
    [[1, '2026-01-31T10:11:12.123456']],
  ],
])('is read as before: %s', async (_case, csv, rows) => {
  const cwd = projectOf(CSV_SOURCES[0][1], csv)
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8')).rows).toEqual(rows)
})

test('a fraction is found in the first line at which DuckDB does not look', async () => {
  const cwd = projectOf(CSV_SOURCES[0][1], `id,v\n${lines(20_480, '7')}20480,5.5\n`)
  expect(await visivo(cwd, ['run'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"v" has 5.5'),
  })
})

test('a fraction is found also where directories are columns', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml':
      'name: p\nsources:\n  - { name: s, type: csv, file: d/*/*.csv }\nmodels:\n  - { name: m, source: ref(s), sql: select * from s }\n',
    'd/year=2026/0.csv': `id,v\n${lines(LONG, '7')}${LONG},5.5\n`,
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"v" has 5.5'),
  })
})

test('a comma too many is found also in a file that is compressed, in a directory that is a column', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml':
      'name: p\nsources:\n  - { name: s, type: csv, file: d/*/*.csv.gz }\nmodels:\n  - { name: m, source: ref(s), sql: select * from s }\n',
    'd/year=2026/0.csv.gz': gzipSync(`id,amount\n${lines(99, '$5.00')}99,$1,200.00\n`),
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the lines before line 101 of'),
  })
})

test('no line of a file that is said to have no header is taken for a title', async () => {
  const [[, source]] = CSV_SOURCES
  const cwd = projectOf(source.replace(' }', ', has_header: false }'), '1,2\n3,4,5\n6,7,8\n')
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 1, stderr: expect.stringContaining('line 2 of') })
})
