/** A word that no POSIX shell changes. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** The pattern of a `case` that any of these words fits. */
export function alternatives(texts: readonly string[]): string {
  return texts.map(quote).join('|')
}
