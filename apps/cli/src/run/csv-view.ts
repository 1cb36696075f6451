import { stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { reasonOfCsv } from './csv-error.ts'
import { refuseOneColumn } from './one-column.ts'
import type { CsvView } from './source-plan.ts'
import { quoteName, quoteText } from './sql.ts'

/** Makes a view of a CSV file. Throws an Error that says why it can't be read. */
export async function createCsvView(connection: DuckDBConnection, name: string, csv: CsvView): Promise<void> {
  const [first = ''] = await requireFiles(connection, csv.file)
  if (csv.delimiter === undefined) await refuseOneColumn(connection, readCsv(csv), first)
  await connection.run(viewOf(name, csv)).catch((cause: unknown) => {
    // Behind it stands the SQL of the view, which nobody wrote.
    const [reason] = reasonOfCsv(cause).split('\n\nLINE 1: ')
    throw new Error(reason, { cause })
  })
}

/** DuckDB would wait for the writer of a pipe, whatever is asked of it meanwhile. A pattern stands for several files. */
async function requireFiles(connection: DuckDBConnection, pattern: string): Promise<readonly string[]> {
  const found = await connection.runAndReadAll(`select file from glob(${quoteText(pattern)})`)
  const files = found.getRows().map(([file]) => String(file))
  if (files.length === 0) throw new Error(`there is no file ${pattern}. Check \`file:\`.`)
  for (const file of files) {
    if ((await stat(file)).isFile()) continue
    throw new Error(`${file} is no regular file. Write what it gives to one, and name that under \`file:\`.`)
  }
  return files
}

function viewOf(name: string, csv: CsvView): string {
  return `create view ${quoteName(name)} as select * from ${readCsv(csv)}`
}

function readCsv({ file, delimiter, header }: CsvView): string {
  const options = [
    quoteText(file),
    ...(delimiter === undefined ? [] : [`delim = ${quoteText(delimiter)}`]),
    ...(header === undefined ? [] : [`header = ${header}`]),
  ]
  return `read_csv(${options.join(', ')})`
}
