import type { DuckDBConnection } from '@duckdb/node-api'
import { LOOKED_AT } from './lost-values.ts'
import { firstRowOf, readAsTexts, type SniffedCsv } from './read-csv.ts'
import { quoteName, quoteText } from './sql.ts'

/** A whole number where a point stands between thousands, but a fraction where it stands before decimals. */
const MAYBE_THOUSANDS = '\\s*[-+]?(0|[1-9]\\d{0,2}(\\.\\d{3})?)\\s*'
const SIGN_OR_UNIT = '[^\\d.,]{0,4}'
const WHOLE = '(\\d+|\\d{1,3}(\\.\\d{3})+)'
const WITH_COMMA = `${SIGN_OR_UNIT}${WHOLE}(,\\d+)?${SIGN_OR_UNIT}`
/** Between thousands nobody writes it: three digits would follow. */
const WITH_DECIMALS = `${SIGN_OR_UNIT}${WHOLE},(\\d{1,2}|\\d{4,})${SIGN_OR_UNIT}`

/**
 * Throws an Error where a number of a CSV could as well be a thousand times as large. DuckDB knows the point before decimals
 * alone: in a table from Germany, whose `1,5` it gives as a text, it takes the `1.234` of a column of whole numbers for a
 * fraction. A number that only one way of writing can mean, such as `7.25`, says it for its column.
 */
export async function refuseUnclearNumbers(connection: DuckDBConnection, csv: SniffedCsv): Promise<void> {
  const named = (type: string) => csv.columns.filter((column) => column.type === type).map(({ name }) => name)
  const [fractions, texts] = [named('DOUBLE'), named('VARCHAR')]
  if (fractions.length === 0 || texts.length === 0) return
  const all = readAsTexts(csv, fractions)
  // Most files say at their beginning what they mean.
  for (const rows of [`(from ${all} limit ${LOOKED_AT})`, all]) {
    const unclear = await findUnclear(connection, rows, fractions, texts)
    if (unclear === undefined) return
    if (rows !== all) continue
    const [name, number, other, decimal] = unclear
    throw new Error(
      `the column "${name}" has numbers like ${number}, which may be thousands: "${other}" has ${decimal}, with a comma ` +
        "before its decimals. Read it in the SQL of a duckdb source: read_csv(…, decimal_separator = ',', thousands = '.').",
    )
  }
}

/** A column whose every number may be thousands, one of those, a column with decimals behind commas, one of those. */
async function findUnclear(
  connection: DuckDBConnection,
  rows: string,
  fractions: readonly string[],
  texts: readonly string[],
): Promise<readonly unknown[] | undefined> {
  const first = (names: readonly string[], every: string, some: string) => {
    const cases = names.map((name) => {
      const value = quoteName(name)
      const fits = (shape: string) => `regexp_full_match(${value}, ${quoteText(shape)})`
      const example = `min(${value}) filter (${fits(some)})`
      return `case when bool_and(${fits(every)}) then [${quoteText(name)}, ${example}] end`
    })
    return `list_filter([${cases.join(', ')}], lambda one: one[2] is not null)[1]`
  }
  const number = first(fractions, MAYBE_THOUSANDS, '.*\\..*')
  const decimal = first(texts, WITH_COMMA, WITH_DECIMALS)
  const found = await firstRowOf(connection, `select ${number}, ${decimal} from ${rows}`)
  return found.length > 0 && found.every(Array.isArray) ? found.flat() : undefined
}
