import type { DuckDBConnection } from '@duckdb/node-api'
import { asTexts, type CsvFiles, firstRowOf, inFiles, readCsv, type SniffedCsv } from './read-csv.ts'
import { escapePattern, NO_COMMENTS, quoteName, quoteText } from './sql.ts'

/**
 * Throws an Error where DuckDB takes lines at the beginning, which have fewer values than those behind them, for a title: a
 * single comma too many in the last line, and all others would be left out without a word. Several lines with values are
 * one only under a header that can be told from what is below it, or where more lines than they are stand there; a single
 * one is one, but in a file that is said to have no header.
 */
export async function refuseSkippedLines(
  connection: DuckDBConnection,
  { first: file, options, skipped, delimiter, hasHeader }: SniffedCsv,
): Promise<void> {
  if (skipped === 0) return
  const least = options.includes('header = false') ? 1 : 2
  if ((await linesWithValues(connection, file, skipped, delimiter)) < least) return
  const csv = readCsv(escapePattern(file), inFiles(options))
  const behind = await connection
    .runAndReadAll(`select * from ${csv} limit ${skipped + 1}`)
    .catch(() => undefined)
  if (behind === undefined) return
  const types = behind.columnTypes().map(String)
  // Where a header is asked for, the last line, `99,$1,200.00`, would be one.
  const isNamed = behind.columnNames().some((name, index) => types[index] !== 'VARCHAR' && !/\d/.test(name))
  if (hasHeader && (isNamed || behind.currentRowCount > skipped)) return
  throw new Error(
    `the lines before line ${skipped + 1} of ${file} have fewer values than those behind them, and would be left out. ` +
      `Correct the lines that differ, or read it in SQL: read_csv(…, skip = ${skipped}).`,
  )
}

/** How many of so many first lines hold a delimiter. By DuckDB, which also reads what is compressed. */
async function linesWithValues(
  connection: DuckDBConnection,
  file: string,
  lines: number,
  delimiter: string,
): Promise<number> {
  // Of one column, whose delimiter is in no line.
  const whole = [
    "columns = { line: 'VARCHAR' }",
    'auto_detect = false',
    NO_COMMENTS,
    "delim = '\u0001'",
    "quote = ''",
    "escape = ''",
  ]
  const first = `select line from ${readCsv(escapePattern(file), inFiles(whole))} limit ${lines}`
  const [count = 0] = await firstRowOf(
    connection,
    `select count(*)::int from (${first}) where contains(line, ${quoteText(delimiter)})`,
  )
  return Number(count)
}

/** At so many lines DuckDB looks to find out what a column is. */
export const LOOKED_AT = 20_480

/** The types that take what is more than they can hold, and the SQL that finds it. */
const LOSES: ReadonlyMap<string, (value: string) => string> = new Map([
  ['BIGINT', (value) => `try_cast(${value} as double) <> try_cast(${value} as bigint)`],
  ['DATE', (value) => `try_cast(${value} as timestamp) <> try_cast(${value} as date)`],
  // Of which it reads the time alone, whatever day, zone or `PM` stands beside it.
  [
    'TIME',
    (value) => `try_cast(${value} as time) is not null and not regexp_full_match(${value}, '[\\s\\d:.]*')`,
  ],
])

/**
 * Throws an Error where a value would lose a part of itself. DuckDB finds the type of a column at the beginning of a file: in
 * one of whole numbers `5.5`, which stands further down than it looks, would be a 6, in one of days a time is lost, and in
 * one of times a day.
 */
export async function refuseLostParts(
  connection: DuckDBConnection,
  { pattern, options }: CsvFiles,
): Promise<void> {
  const found = await connection
    .runAndReadAll(`select * from ${readCsv(pattern, inFiles(options))} limit 1 offset ${LOOKED_AT}`)
    .catch(() => undefined)
  if (found === undefined || found.currentRowCount === 0) return
  const names = found.columnNames()
  const types = found.columnTypes().map(String)
  const columns = names.flatMap((name, index) => {
    const loses = LOSES.get(types[index] ?? '')
    return loses === undefined ? [] : [{ name, loses }]
  })
  if (columns.length === 0) return
  const read = [...inFiles(options), asTexts(columns.map(({ name }) => name))]
  const cases = columns.map(({ name, loses }) => {
    const value = quoteName(name)
    return `when ${loses(value)} then [${quoteText(name)}, ${value}]`
  })
  const lost = `select case ${cases.join(' ')} end as lost from ${readCsv(pattern, read)}`
  const [name, value] = await firstRowOf(
    connection,
    `select lost[1], lost[2] from (${lost}) where lost is not null limit 1`,
  )
  if (name === undefined) return
  throw new Error(
    `the column "${name}" has ${value} further down, of which a part would be lost, for it begins otherwise. ` +
      'Read it in SQL: read_csv(…, sample_size = -1, union_by_name = true).',
  )
}
