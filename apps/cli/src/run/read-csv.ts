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

/** CSV files that are read as one. */
export interface CsvFiles {
  readonly pattern: string
  /** The first that fits the pattern. DuckDB finds out from it how all are written. */
  readonly first: string
  readonly options: readonly string[]
}

/** The same, and what DuckDB finds out about the first of them. */
export interface SniffedCsv extends CsvFiles {
  /** How many lines it skips at the beginning. */
  readonly skipped: number
  readonly delimiter: string
  readonly hasHeader: boolean
  readonly formats: { readonly DATE: string; readonly TIMESTAMP: string }
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** `read_csv(…)`. */
export function readCsv(pattern: string, options: readonly string[]): string {
  return `read_csv(${[quoteText(pattern), ...options].join(', ')})`
}

/** The option that gives columns as they are written. */
export function asTexts(columns: readonly string[]): string {
  return `types = {${columns.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`
}

/** What the names of directories say is in no file. */
export function inFiles(options: readonly string[]): readonly string[] {
  return [...new Set([...options, 'hive_partitioning = false'])]
}

/** What DuckDB finds out about a file, as JSON; nothing where it can't be read: that is said by who reads it. */
export async function sniffCsv(
  connection: DuckDBConnection,
  file: string,
  options: readonly string[],
  facts: readonly string[],
): Promise<readonly unknown[]> {
  const csv = readCsv(escapePattern(file), options).replace('read_csv', 'sniff_csv')
  return firstRowOf(connection, `select ${facts.join(', ')} from ${csv}`)
}

/** SQL that reads columns as they are written, under the header that was found. */
export function readAsTexts({ pattern, options, hasHeader }: SniffedCsv, columns: readonly string[]): string {
  const others = inFiles(options).filter((option) => !option.startsWith('header'))
  return readCsv(pattern, [...others, `header = ${hasHeader}`, asTexts(columns)])
}

/** What a query gives in its first row, as JSON; nothing where it fails. */
export async function firstRowOf(connection: DuckDBConnection, sql: string): Promise<readonly unknown[]> {
  const found = await connection.runAndReadAll(sql).catch(() => undefined)
  return found?.getRowsJson()[0] ?? []
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
  const [quote] = await sniffCsv(connection, file, options, ['Quote'])
  return quote !== '(empty)'
}
