import type { DuckDBConnection } from '@duckdb/node-api'
import { firstRowOf, readAsTexts, type SniffedCsv } from './read-csv.ts'
import { quoteName, quoteText } from './sql.ts'

/** In which people write days. What begins with a whole year is meant as `%Y-%m-%d` by everybody. */
const ORDERS = ['dmy', 'mdy', 'ymd']
const FORMAT = /^%[dmy](.)%[dm]\1%[dyY](.*)$/

/** The types of columns that hold days, and the option that says their format. */
const TYPES = [
  ['DATE', 'dateformat'],
  ['TIMESTAMP', 'timestampformat'],
] as const

/** The columns of one type, whose format has an order. */
interface Days {
  readonly columns: readonly string[]
  readonly format: string
  readonly option: string
}

/**
 * Throws an Error where every day of a CSV could as well be another one. DuckDB takes the first order that fits: of
 * `01/01/2026` and `02/01/2026`, the months of a table from the United States, it makes two days of January, and of
 * `31.01.26` one of 2031. A day that only one order can mean, such as `01/31/2026`, says it for all.
 */
export async function refuseUnclearDays(connection: DuckDBConnection, csv: SniffedCsv): Promise<void> {
  const all = TYPES.flatMap(([type, option]): readonly Days[] => {
    const columns = csv.columns.filter((column) => column.type === type).map(({ name }) => name)
    const format = csv.formats[type]
    return columns.length > 0 && FORMAT.test(format) ? [{ columns, format, option }] : []
  })
  for (const order of ORDERS) {
    const others = all.flatMap(({ format }) => inOrder(format, order) ?? [])
    const formats = all.map(({ format }) => format)
    if (others.length < all.length || others.join() === formats.join()) continue
    const names = all.flatMap(({ columns }) => columns)
    const [name, day] = await findUnclearDay(connection, daysOf(names, csv), formats, others)
    if (name === undefined) continue
    const at = all.findIndex(({ columns }) => columns.includes(String(name)))
    throw new Error(
      `the column "${name}" has days like ${day}, which may be ${formats[at]} or ${others[at]}. Write them like 2026-01-31, ` +
        `or read it in the SQL of a duckdb source, with what is right: read_csv(…, ${all[at]?.option} = '${others[at]}'), ` +
        'or all_varchar = true where they are no days.',
    )
  }
}

/** The SQL that gives every day as it is written, behind the name of its column. */
function daysOf(columns: readonly string[], csv: SniffedCsv): string {
  const pairs = columns.map((name) => `[${quoteText(name)}, ${quoteName(name)}]`)
  return `select unnest([${pairs.join(', ')}]) as day from ${readAsTexts(csv, columns)}`
}

/** Gives a column and a day that differs where all of them can be read in other formats. */
async function findUnclearDay(
  connection: DuckDBConnection,
  days: string,
  formats: readonly string[],
  others: readonly string[],
): Promise<readonly unknown[]> {
  const as = (some: readonly string[]) => `try_strptime(day[2], [${some.map(quoteText).join(', ')}])`
  const [day] = await firstRowOf(
    connection,
    `select min(day) filter (${as(others)} <> ${as(formats)}) from (${days}) where day[2] is not null ` +
      `having bool_and(${as(others)} is not null)`,
  )
  return Array.isArray(day) ? day : []
}

/** The same in another order, if a day can be written so. Between points nobody writes the month first. */
function inOrder(format: string, order: string): string | undefined {
  const [, separator = '', time = ''] = FORMAT.exec(format) ?? []
  const year = format.includes('%Y') ? '%Y' : '%y'
  if ((separator === '.' && order === 'mdy') || (year === '%Y' && order === 'ymd')) return undefined
  return [...order].map((part) => (part === 'y' ? year : `%${part}`)).join(separator) + time
}
