import { ProjectNotFoundError } from './errors.ts'
import { reasonOf } from './system-error.ts'

/** The error of a working directory that can't be entered, with the system's reason. */
export function notEntered(directory: string, cause: unknown): ProjectNotFoundError {
  const message = `the directory ${directory} can't be entered (${reasonOf(cause)}). Check --working-dir.`
  return new ProjectNotFoundError(message, { cause })
}
