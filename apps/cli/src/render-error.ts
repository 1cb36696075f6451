import { printable } from '@visivo/api/printable'
import { Interrupted, ProjectError, UsageError } from './errors.ts'

/**
 * What the user sees of an error; with `verbose` the stack and the causes too. All but its first line is indented: the
 * message may quote what a project or a database says, which so can't pass for a line of this program.
 */
export function renderError(error: unknown, verbose: boolean): string {
  const text = headline(error)
  const all = verbose && error instanceof Error ? `${text}\n${stackOf(error)}` : text
  return `${printable(all).replace(/\n(?=[^\n])/g, '\n  ')}\n`
}

function headline(error: unknown): string {
  if (error instanceof Interrupted) return error.message
  if (error instanceof Error) {
    const foreseen = error instanceof ProjectError || error instanceof UsageError
    const hint = foreseen ? '' : ' (--verbose shows where)'
    return `Error: ${error.message || error.name}${hint}`
  }
  return `Error: ${String(error)}`
}

function stackOf(error: Error): string {
  const stack = error.stack ?? ''
  return error.cause instanceof Error ? `${stack}\nCaused by: ${stackOf(error.cause)}` : stack
}
