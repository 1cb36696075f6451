import type { DuckDBConnection } from '@duckdb/node-api'
import { inFiles } from './lost-values.ts'
import { readCsv } from './read-csv.ts'
import { escapePattern, quoteName, quoteText } from './sql.ts'

/** In which people write days; the order `%Y-%m-%d` is meant by everybody who begins with a whole year. */
const ORDERS = ['dmY', 'mdY', 'dmy', 'mdy', 'ymd']

/** The types of columns that hold days: what DuckDB tells of their format, and the option that says it. */
const TYPES = [
  ['DATE', 'DateFormat', 'dateformat'],
  ['TIMESTAMP', 'TimestampFormat', 'timestampformat'],
] as const

/**
 * Throws an Error where every day of a CSV could as well be another one. DuckDB takes the first order that fits: of
 * `01/01/2026` and `02/01/2026`, the months of a table from the United States, it makes two days of January, and of
 * `31.01.26` one of 2031. A day that only one order can mean, such as `01/31/2026`, says it for all.
 * @param file the first of the files that fit the pattern
 */
export async function refuseUnclearDays(
  connection: DuckDBConnection,
  pattern: string,
  file: string,
  options: readonly string[],
): Promise<void> {
  const sniffed = readCsv(escapePattern(file), inFiles(options)).replace('read_csv', 'sniff_csv')
  for (const [type, told, option] of TYPES) {
    const found = await connection
      .runAndReadAll(
        `select ${told}, HasHeader, [c.name for c in Columns if c.type = '${type}'] from ${sniffed}`,
      )
      .catch(() => undefined)
    const [format, hasHeader, names] = found?.getRowsJson()[0] ?? []
    const columns = Array.isArray(names) ? names.map(String) : []
    const read = [...inFiles(options).filter((one) => !one.startsWith('header')), `header = ${hasHeader}`]
    for (const other of columns.length === 0 ? [] : otherFormats(String(format))) {
      const days = daysOf(columns, pattern, read)
      const [name, day] = (await findUnclearDay(connection, days, String(format), other)) ?? []
      if (name === undefined) continue
      throw new Error(
        `the column "${name}" has days like ${day}, which may be ${format} or ${other}. Write them like 2026-01-31, ` +
          `or read it in the SQL of a duckdb source, with what is right: read_csv(…, ${option} = '${other}').`,
      )
    }
  }
}

/** The SQL that gives every day as it is written, behind the name of its column. */
function daysOf(columns: readonly string[], pattern: string, options: readonly string[]): string {
  const types = columns.map((name) => `${quoteText(name)}: 'VARCHAR'`)
  const pairs = columns.map((name) => `[${quoteText(name)}, ${quoteName(name)}]`)
  const csv = readCsv(pattern, [...options, `types = {${types.join(', ')}}`])
  return `select unnest([${pairs.join(', ')}]) as day from ${csv}`
}

/** Gives a column and a day that differs where all of them can be read in another format. */
async function findUnclearDay(
  connection: DuckDBConnection,
  days: string,
  format: string,
  other: string,
): Promise<readonly unknown[] | undefined> {
  const as = (one: string) => `try_strptime(day[2], ${quoteText(one)})`
  const found = await connection
    .runAndReadAll(
      `select min(day) filter (${as(other)} <> ${as(format)}) from (${days}) where day[2] is not null ` +
        `having bool_and(${as(other)} is not null)`,
    )
    // What can't be read at all is said by who reads it.
    .catch(() => undefined)
  const [day] = found?.getRowsJson()[0] ?? []
  return Array.isArray(day) ? day : undefined
}

/** The formats that a day of this one may have been written in, too. Between points nobody writes the month first. */
function otherFormats(format: string): readonly string[] {
  const [, first, separator = '', second, last, time = ''] =
    /^%([dmy])(.)%([dm])\2%([dyY])(.*)$/.exec(format) ?? []
  const order = `${first}${second}${last}`
  const year = order.includes('Y') ? 'Y' : 'y'
  return ORDERS.filter((one) => one !== order && one.includes(year))
    .filter((one) => separator !== '.' || !one.startsWith('m'))
    .map((one) => [...one].map((part) => `%${part}`).join(separator) + time)
}
