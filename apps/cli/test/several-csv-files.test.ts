import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const PROJECT =
  "name: p\nsources:\n  - { name: s, type: csv, file: 'd/*.csv' }\n" +
  'models:\n  - { name: m, source: ref(s), sql: select * from s }\n'

const projectOf = (...texts: readonly string[]) =>
  temporaryProject({
    'project.visivo.yml': PROJECT,
    ...Object.fromEntries(texts.map((text, at) => [`d/${at}.csv`, text])),
  })

test.each([
  [
    'a column that only a later file has, which DuckDB would lose without a word',
    'a,b,c\n3,4,5\n',
    /^Error: project\.visivo\.yml:3: [^\n]* the column "c" is in some of the files [^\n]*, but not in the first of them, and would be lost\./,
  ],
  [
    'a column that a later file does not have',
    'a\n3\n',
    /^Error: project\.visivo\.yml:5: [^\n]*1\.csv has other columns than [^\n]*0\.csv, which is read first: the column "b" is missing\./,
  ],
])('several CSV files as one: %s', async (_case, other, message) => {
  const { code, stderr } = await visivo(projectOf('a,b\n1,2\n', other), ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(/^[^\n]* Give all of them the same columns, or read them in SQL: [^\n]*\n$/)
})

test.each([
  ['files without a header', ''],
  ['files that are said to have none', ', header: false'],
])('several CSV files as one: %s, of which a later one has more columns', async (_case, more) => {
  const cwd = temporaryProject({
    'project.visivo.yml': PROJECT.replace("'d/*.csv'", `'d/*.csv'${more}`),
    'd/0.csv': '1,2\n3,4\n',
    'd/1.csv': '5,6,7\n8,9,10\n',
  })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('the column "column2"') })
})

test('several CSV files as one: where DuckDB can read none of them, no column is said to be lost', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': PROJECT.replace("'d/*.csv'", "'d/*.csv', has_header: true"),
    'd/0.csv': 'a,b\n',
    'd/1.csv': '',
  })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('DuckDB failed (') })
})

test('several CSV files as one: where all of them are empty, that is said, and not that they are no UTF-8', async () => {
  const { code, stderr } = await visivo(projectOf('', ''), ['run'])
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/0\.csv is empty\. It has to have at least a line/),
  })
})

test.each([
  ['a comma at the end of each line', 'a,b,\n3,4,\n', [3, 4]],
  ['the columns in another order', 'b,a\n4,3\n', [3, 4]],
  ['nothing at all', '', undefined],
  ['no rows', 'a,b\n', undefined],
])('several CSV files as one, of which a later one has %s', async (_case, other, row) => {
  const cwd = projectOf('a,b\n1,2\n', other)
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
  expect(rows).toEqual(row === undefined ? [[1, 2]] : [[1, 2], row])
})

test('several CSV files as one: quotes that stand in a later file alone are no part of the values', async () => {
  const cwd = projectOf('a,b\n1,2\n', 'a,b\n3,"x"\n')
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
  expect(rows).toEqual([
    [1, '2'],
    [3, 'x'],
  ])
})

test.each([
  ['single quotes', "'x, y'", 'x, y'],
  ['quotes that mean nothing', '"x" y', '"x" y'],
])(
  'several CSV files as one: %s in a later file are read as in that file alone',
  async (_case, written, read) => {
    const cwd = projectOf('a,b\n1,z\n', `a,b\n3,${written}\n`)
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
    const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
    expect(rows).toEqual([
      [1, 'z'],
      [3, read],
    ])
  },
)
