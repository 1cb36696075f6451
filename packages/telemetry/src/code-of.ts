/**
 * The `code` of an error of Node's, such as `ENOENT`; nothing for what has none. `instanceof` would not do: a test runner
 * may give each file an `Error` of its own, which Node's errors are none of.
 */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
