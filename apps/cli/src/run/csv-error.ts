import { reasonOf } from '../system-error.ts'

/** What to do where several files that are read as one differ; a source has no key for DuckDB's own remedy. */
export const SAME_COLUMNS =
  'Give all of them the same columns, or read them in SQL: read_csv(…, union_by_name = true).'

/**
 * Why a query failed. Where DuckDB could not read a CSV, its own settings follow and SQL that nobody wrote: of that
 * only the file, the line and what is wrong there. What it says of anything else is given as it is.
 */
export function reasonOfCsv(error: unknown): string {
  const said = reasonOf(error)
  const [, line, what = ''] = AT_LINE.exec(said) ?? []
  if (line !== undefined) {
    const file = /^ {2}file = (.*)$/m.exec(said)?.[1] ?? 'the CSV'
    const utf8 = what.includes('not utf-8')
    return utf8
      ? `${file} is not UTF-8 (line ${line}). Save it as UTF-8.`
      : `line ${line} of ${file}: ${what.replaceAll('\n', ' ')}. Correct it there.`
  }
  const [, first, other, differences = ''] = OTHER_COLUMNS.exec(said) ?? []
  if (first !== undefined) {
    const what = differences.trim().replaceAll('Column with name:', 'the column').replaceAll('\n', ', ')
    return `${other} has other columns than ${first}, which is read first: ${what}. ${SAME_COLUMNS}`
  }
  const [sniffing] = SNIFFING.exec(said) ?? []
  return sniffing === undefined ? said : `${sniffing} Check that it is a CSV in UTF-8, and \`delimiter:\`.`
}

const AT_LINE = /^[\w ]+ Error: CSV Error on Line: (\d+)\n(?:Original Line: .*\n)?([\s\S]*?)\n(?:\n|Possible)/
const OTHER_COLUMNS =
  /^[\w ]+ Error: Schema mismatch .*\nMain file schema: (.*)\nCurrent file: (.*)\n([\s\S]*?)\n *Potential/
const SNIFFING = /(?<=^Invalid Input Error: )Error when sniffing file .*/
