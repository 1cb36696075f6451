import type { DuckDBConnection } from '@duckdb/node-api'
import { refuseLostParts, refuseSkippedLines } from './lost-values.ts'
import type { CsvFiles } from './read-csv.ts'
import { refuseUnclearDays } from './unclear-days.ts'
import { refuseUnclearNumbers } from './unclear-numbers.ts'

/**
 * Throws an Error where DuckDB would read something else than what is written in CSV files, without a word. A wrong number
 * in a chart is worse than none.
 */
export async function refuseMisread(connection: DuckDBConnection, csv: CsvFiles): Promise<void> {
  await refuseSkippedLines(connection, csv)
  await refuseLostParts(connection, csv)
  await refuseUnclearDays(connection, csv)
  await refuseUnclearNumbers(connection, csv)
}
