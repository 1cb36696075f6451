import { stat } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { foundAt } from '../found-at.ts'
import { reasonOf } from '../system-error.ts'
import { reasonOfCsv, SAME_COLUMNS } from './csv-error.ts'
import { refuseMisread } from './misread.ts'
import { refuseOneColumn } from './one-column.ts'
import { columnsOf, readCsv, withQuotes } from './read-csv.ts'
import { refuseJson } from './refuse-json.ts'
import type { CsvView } from './source-plan.ts'
import { escapePattern, NO_COMMENTS, quoteName, quoteText } from './sql.ts'

/** Makes a view of a CSV file. Throws an Error that says why it can't be read. */
export async function createCsvView(connection: DuckDBConnection, name: string, csv: CsvView): Promise<void> {
  // A file may be called `sales[1].csv`, which as a pattern stands for `sales1.csv`.
  const pattern = (await isThere(csv.file)) ? escapePattern(csv.file) : csv.pattern
  const files = await requireFiles(connection, csv, pattern)
  const [first = ''] = files
  // Without a header, a value may begin like JSON, and no line is taken for names.
  if (csv.header !== false) await refuseJson(first)
  const options = await withQuotes(connection, files, optionsOf(csv, isPartitioned(files, csv)))
  const table = readCsv(pattern, options)
  if (files.length > 1) {
    await refuseLostColumns(connection, csv, table, readCsv(pattern, [...options, 'union_by_name = true']))
  }
  if (csv.delimiter === undefined) await refuseOneColumn(connection, table, first)
  await refuseMisread(connection, { pattern, first, options })
  await connection.run(`create view ${quoteName(name)} as select * from ${table}`).catch((cause: unknown) => {
    // Behind it stands the SQL of the view, which nobody wrote.
    const [reason] = reasonOfCsv(cause).split('\n\nLINE 1: ')
    throw new Error(reason, { cause })
  })
}

async function isThere(file: string): Promise<boolean> {
  const found = await foundAt(file).catch((cause: unknown) => {
    throw new Error(`${file} (${reasonOf(cause)}). Make it readable for you.`, { cause })
  })
  if (found?.isDirectory()) {
    throw new Error(
      `${file} is a directory. Name a file in it under \`file:\`, or several by a pattern like *.csv.`,
    )
  }
  return found !== undefined
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
  let bytes = 0
  for (const file of files) {
    const stats = await stat(file)
    if (!stats.isFile()) {
      throw new Error(
        `${file} is no regular file. Write what it gives to one, and name that under \`file:\`.`,
      )
    }
    bytes += stats.size
  }
  // DuckDB gives one a column of its own making, and no rows. Of several, the others have the columns.
  if (bytes === 0 && csv.header !== false) {
    throw new Error(`${files[0]} is empty. It has to have at least a line with the names of its columns.`)
  }
  return files
}

/** Directories called `key=value` are columns, but for those around the project. */
function isPartitioned(files: readonly string[], { workingDirectory }: CsvView): boolean {
  return files.some((file) => dirname(relative(workingDirectory, file)).includes('='))
}

/** So DuckDB calls a column without a name: of an empty file, behind a comma at the end of a header, without a header. */
const NUMBERED = /^column\d+$/

/** DuckDB takes the columns of the first of several files: those that only others have would be lost without a word. */
async function refuseLostColumns(
  connection: DuckDBConnection,
  { file }: CsvView,
  table: string,
  all: string,
): Promise<void> {
  const kept = await columnsOf(connection, table)
  // Beside columns with names they are nobody's; without a header they are all that there is.
  const hasNames = kept.some((column) => !NUMBERED.test(column))
  const lost = (await columnsOf(connection, all)).find(
    (column) => !kept.includes(column) && !(hasNames && NUMBERED.test(column)),
  )
  if (kept.length === 0 || lost === undefined) return
  throw new Error(
    `the column "${lost}" is in some of the files ${file}, but not in the first of them, and would be lost. ${SAME_COLUMNS}`,
  )
}

function optionsOf({ delimiter, header }: CsvView, partitioned: boolean): readonly string[] {
  return [
    NO_COMMENTS,
    ...(partitioned ? [] : ['hive_partitioning = false']),
    ...(delimiter === undefined ? [] : [`delim = ${quoteText(delimiter)}`]),
    ...(header === undefined ? [] : [`header = ${header}`]),
  ]
}
