import type { DuckDBConnection } from '@duckdb/node-api'
import { refuseLostParts, refuseSkippedLines } from './lost-values.ts'
import { type CsvFiles, inFiles, type SniffedCsv, sniffCsv } from './read-csv.ts'
import { refuseUnclearDays } from './unclear-days.ts'
import { refuseUnclearNumbers } from './unclear-numbers.ts'

/**
 * Throws an Error where DuckDB would read something else than what is written in CSV files, without a word. A wrong number
 * in a chart is worse than none.
 */
export async function refuseMisread(connection: DuckDBConnection, csv: CsvFiles): Promise<void> {
  const sniffed = await sniff(connection, csv)
  if (sniffed === undefined) return
  await refuseSkippedLines(connection, sniffed)
  await refuseLostParts(connection, sniffed)
  await refuseUnclearDays(connection, sniffed)
  await refuseUnclearNumbers(connection, sniffed)
}

const FACTS = ['SkipRows', 'Delimiter', 'HasHeader', 'DateFormat', 'TimestampFormat', 'Columns']

/** Nothing where it can't be read: that is said by who reads it. */
async function sniff(connection: DuckDBConnection, csv: CsvFiles): Promise<SniffedCsv | undefined> {
  const facts = await sniffCsv(connection, csv.first, inFiles(csv.options), FACTS)
  const [skipped, delimiter, hasHeader, date, timestamp, columns] = facts
  if (!Array.isArray(columns)) return undefined
  return {
    ...csv,
    skipped: Number(skipped),
    delimiter: String(delimiter),
    hasHeader: hasHeader === true,
    formats: { DATE: String(date), TIMESTAMP: String(timestamp) },
    columns: columns.map(({ name, type }) => ({ name: String(name), type: String(type) })),
  }
}
