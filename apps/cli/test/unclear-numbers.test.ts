import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CSV_SOURCES, projectOf } from './csv-project.ts'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const table = (...rows: readonly string[]) => `name;pieces;price\n${rows.map((row) => `${row}\n`).join('')}`

describe.each(CSV_SOURCES)('%s', (_kind, source) => {
  test.each([
    ['a thousand pieces become one', table('ann;1.234;1,5', 'bob;999;2,25'), '1.234', '1,5'],
    ['so they do beside prices in thousands', table('ann;12.500;1.234,50'), '12.500', '1.234,50'],
    ['and beside a currency', table('ann;-1.234;1,50 €', ';;'), '-1.234', '1,50 €'],
    ['and between commas', 'name,pieces,price\nann,1.234,"1,5"\n', '1.234', '1,5'],
  ])('%s, and nobody is told', async (_case, csv, number, decimal) => {
    const { code, stderr } = await visivo(projectOf(source, csv), ['run'])
    expect(code).toBe(1)
    expect(stderr).toContain(
      `the column "pieces" has numbers like ${number}, which may be thousands: "price" has ${decimal}, with a comma`,
    )
    expect(stderr).toMatch(
      /^Error: project\.visivo\.yml:3: [^\n]* read_csv\(…, decimal_separator = ',', thousands = '\.'\)\.\n$/,
    )
  })

  test.each([
    ['one number says it for its column', table('ann;1.234;1,5', 'bob;7.25;2,5'), [1.234, 7.25]],
    ['no thousand begins with a zero', table('ann;1.234;1,5', 'bob;0.125;2,5'), [1.234, 0.125]],
    ['nothing has a decimal comma', table('ann;1.234;x', 'bob;2.345;y'), [1.234, 2.345]],
    ['the comma may stand between thousands', table('ann;1.234;1,234', 'bob;2.345;12,345'), [1.234, 2.345]],
    ['a list is no number', table('ann;1.234;1,5,7', 'bob;2.345;1,5'), [1.234, 2.345]],
  ])('a fraction stays one where %s', async (_case, csv, numbers) => {
    const cwd = projectOf(source, csv)
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
    const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
    expect(rows.map(([, value]: readonly unknown[]) => value)).toEqual(numbers)
  })
})

test('a number that stands further down than DuckDB looks says it, too', async () => {
  const rows = Array.from({ length: 25_000 }, () => 'ann;1.234;1,5')
  const [[, source]] = CSV_SOURCES
  expect(await visivo(projectOf(source, table(...rows)), ['run'])).toMatchObject({ code: 1 })
  expect(await visivo(projectOf(source, table(...rows, 'bob;7.25;1,5')), ['run'])).toMatchObject({ code: 0 })
})

test('what the error advises gives the thousands', async () => {
  const cwd = temporaryProject({
    'd.csv': table('ann;1.234;1,5', 'bob;999;2,25'),
    'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: ":memory:" }]
models:
  - name: m
    source: ref(s)
    sql: from read_csv('d.csv', decimal_separator = ',', thousands = '.')
`,
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  const { rows } = JSON.parse(readFileSync(join(cwd, 'target', 'data', 'm.json'), 'utf8'))
  expect(rows).toEqual([
    ['ann', 1234, 1.5],
    ['bob', 999, 2.25],
  ])
})
