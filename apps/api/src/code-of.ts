/** The `code` of an error of Node's, such as `ENOENT`; nothing for what has none. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
