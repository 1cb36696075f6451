import type { DuckDBConnection } from '@duckdb/node-api'
import { escapePattern, quoteText } from './sql.ts'

const QUOTES = `quote = '"'`

/**
 * The options with which CSV files are read as one, and their quotes. DuckDB looks for them at the beginning of the first file
 * alone: where none stands there, those further down would be a part of their values. Where one of the files can't be read
 * with them, none has any.
 */
export async function withQuotes(
  connection: DuckDBConnection,
  files: readonly string[],
  options: readonly string[],
): Promise<readonly string[]> {
  const [first = ''] = files
  if (await hasQuotes(connection, first, options)) return options
  const quoted = [...options, QUOTES]
  for (const file of files) {
    const names = async (more: readonly string[]) =>
      (await columnsOf(connection, readCsv(escapePattern(file), more))).join('\n')
    if ((await names(quoted)) !== (await names(options))) return options
  }
  return quoted
}

/** `read_csv(…)`. */
export function readCsv(pattern: string, options: readonly string[]): string {
  return `read_csv(${[quoteText(pattern), ...options].join(', ')})`
}

/** The names of the columns; none where it can't be read: that is said by who reads it. */
export async function columnsOf(connection: DuckDBConnection, csv: string): Promise<readonly string[]> {
  const found = await connection.run(`select * from ${csv} limit 0`).catch(() => undefined)
  return found?.columnNames() ?? []
}

/** Whether DuckDB has found what values are quoted with, which may be `'`, or can't read the file at all. */
async function hasQuotes(
  connection: DuckDBConnection,
  file: string,
  options: readonly string[],
): Promise<boolean> {
  const csv = readCsv(escapePattern(file), options).replace('read_csv', 'sniff_csv')
  const found = await connection.runAndReadAll(`select Quote from ${csv}`).catch(() => undefined)
  return found?.getRows()[0]?.[0] !== '(empty)'
}
