/** What the system answered, as Node tells it. */
export interface SystemError extends Error {
  readonly code: string
  readonly syscall: string
  readonly path?: string
}

/** Whether it was the system that refused something. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error
}

/** Why, in the system's words: `EACCES: permission denied`. Of another error all that it says. */
export function reasonOf(error: unknown): string {
  if (!isSystemError(error)) return error instanceof Error ? error.message : String(error)
  // After these come the call and a path, perhaps of a temporary file that nobody has heard of.
  return error.message.split(`, ${error.syscall}`)[0] ?? error.code
}
