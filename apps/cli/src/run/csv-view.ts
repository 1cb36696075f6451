import { stat } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { reasonOfCsv } from './csv-error.ts'
import { refuseOneColumn } from './one-column.ts'
import type { CsvView } from './source-plan.ts'
import { escapePattern, NO_COMMENTS, quoteName, quoteText } from './sql.ts'

/** Makes a view of a CSV file. Throws an Error that says why it can't be read. */
export async function createCsvView(connection: DuckDBConnection, name: string, csv: CsvView): Promise<void> {
  const pattern = (await isThere(csv.file)) ? escapePattern(csv.file) : csv.pattern
  const files = await requireFiles(connection, csv, pattern)
  const table = readCsv(csv, pattern, isPartitioned(files, csv))
  if (csv.delimiter === undefined) await refuseOneColumn(connection, table, files[0] ?? '')
  await connection.run(`create view ${quoteName(name)} as select * from ${table}`).catch((cause: unknown) => {
    // Behind it stands the SQL of the view, which nobody wrote.
    const [reason] = reasonOfCsv(cause).split('\n\nLINE 1: ')
    throw new Error(reason, { cause })
  })
}

/** A file may be called `sales[1].csv`, which as a pattern stands for `sales1.csv`. */
function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

/** DuckDB would wait for the writer of a pipe, whatever is asked of it meanwhile. A pattern stands for several files. */
async function requireFiles(
  connection: DuckDBConnection,
  csv: CsvView,
  pattern: string,
): Promise<readonly string[]> {
  const found = await connection.runAndReadAll(`select file from glob(${quoteText(pattern)})`)
  const files = found.getRows().map(([file]) => String(file))
  if (files.length === 0) throw new Error(`there is no file ${csv.file}. Check \`file:\`.`)
  for (const file of files) {
    if ((await stat(file)).isFile()) continue
    throw new Error(`${file} is no regular file. Write what it gives to one, and name that under \`file:\`.`)
  }
  return files
}

/** Directories called `key=value` are columns, but for those around the project. */
function isPartitioned(files: readonly string[], { workingDirectory }: CsvView): boolean {
  return files.some((file) => dirname(relative(workingDirectory, file)).includes('='))
}

function readCsv({ delimiter, header }: CsvView, pattern: string, partitioned: boolean): string {
  const options = [
    quoteText(pattern),
    NO_COMMENTS,
    ...(partitioned ? [] : ['hive_partitioning = false']),
    ...(delimiter === undefined ? [] : [`delim = ${quoteText(delimiter)}`]),
    ...(header === undefined ? [] : [`header = ${header}`]),
  ]
  return `read_csv(${options.join(', ')})`
}
