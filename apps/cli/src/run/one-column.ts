import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { DuckDBConnection } from '@duckdb/node-api'
import { columnsOf } from './read-csv.ts'

const DELIMITER = /[,;|\t]/

/**
 * Throws an Error where DuckDB takes what has several columns for one: where lines differ in how many values they have, it
 * says nothing, and gives each line as a text.
 * @param csv the SQL that reads it
 * @param file the file, or the first of several
 */
export async function refuseOneColumn(
  connection: DuckDBConnection,
  csv: string,
  file: string,
): Promise<void> {
  const [column = '', ...others] = await columnsOf(connection, csv)
  if (others.length > 0 || !DELIMITER.test(column)) return
  // A single column may be called so, in quotes.
  const first = await firstLineOf(file)
  if (first.includes('"')) return
  throw new Error(
    `${file} has several columns, but not on every line as many values as on the first. Correct the lines that differ.`,
  )
}

async function firstLineOf(file: string): Promise<string> {
  const input = createReadStream(file)
  try {
    for await (const line of createInterface({ input })) return line
    return ''
  } finally {
    input.destroy()
  }
}
