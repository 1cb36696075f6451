/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL string. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** For `read_csv`, which else takes `#` for a comment where it would not be a number: Excel's `#N/A`, and its row is lost. */
export const NO_COMMENTS = "comment = ''"

/** A path as a pattern of DuckDB's that nothing else fits. */
export function escapePattern(path: string): string {
  return path.replace(/[*?[]/g, '[$&]')
}
