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
    if (utf8) return `${file} is not UTF-8 (line ${line}). Save it as UTF-8.`
    const [, option] = READ_OTHERWISE.find(([sign]) => what.includes(sign)) ?? []
    const orElse = option === undefined ? '' : `, or read it in SQL: read_csv(…, ${option})`
    return `line ${line} of ${file}: ${what.replaceAll('\n', ' ').replace(/\.+$/, '')}. Correct it there${orElse}.`
  }
  const [, first, other, differences = ''] = OTHER_COLUMNS.exec(said) ?? []
  if (first !== undefined) {
    const what = differences.trim().replaceAll('Column with name:', 'the column').replaceAll('\n', ', ')
    return `${other} has other columns than ${first}, which is read first: ${what}. ${SAME_COLUMNS}`
  }
  const [sniffing] = SNIFFING.exec(said) ?? []
  if (sniffing !== undefined) {
    return `${sniffing} Check that it is a CSV in UTF-8, that all its lines end alike, and \`delimiter:\`.`
  }
  const [, mixed] = INVALID_STATE.exec(said) ?? []
  if (mixed !== undefined)
    return `${mixed} can't be read as a CSV. Check its quotes, and that all its lines end alike.`
  const [, internal] = INTERNAL.exec(said) ?? []
  // So it says of some queries what it says of others in words: a line is not UTF-8.
  return internal === undefined
    ? said
    : `DuckDB failed (${internal}). Where a CSV is not UTF-8, save it as UTF-8.`
}

/** What need not be wrong in a file: it may only be other than its beginning, or have quotes that mean nothing. */
const READ_OTHERWISE = [
  ['converting column', 'all_varchar = true'],
  ['unterminated quote', "quote = ''"],
] as const
// The line that it quotes goes on to the end of the file where a quote does.
const AT_LINE =
  /^[\w ]+ Error: CSV Error on Line: (\d+)\n(?:Original Line: [\s\S]*?\n)?((?:Error when|Expected Number|Invalid unicode|Maximum line|Value with) [\s\S]*?)\n(?:\n|Possible)/
const OTHER_COLUMNS =
  /^[\w ]+ Error: Schema mismatch .*\nMain file schema: (.*)\nCurrent file: (.*)\n([\s\S]*?)\n *Potential/
const SNIFFING = /(?<=^Invalid Input Error: )Error when sniffing file .*/
const INVALID_STATE =
  /^Invalid Input Error: The CSV Parser state machine reached an invalid state[\s\S]*\n {2}file = (.*)$/m
const INTERNAL = /^INTERNAL Error: (.*)\n/
