import { readFile } from 'node:fs/promises'
import { codeOf } from './code-of.ts'

/**
 * What reading a file came to. `unreadable`: it is there, but can't be read or isn't what it should be. `too-large`: it
 * is more than a text of JavaScript can hold, about 512 MB.
 */
export type Reading<T> =
  | { readonly state: 'ok'; readonly value: T }
  | { readonly state: 'missing' | 'unreadable' | 'too-large' }

/**
 * Reads a JSON file as a T. `interpret` gives undefined for a shape that it doesn't know. Never throws:
 * every failure is a state.
 */
export async function readJson<T>(
  file: string,
  interpret: (json: unknown) => T | undefined,
): Promise<Reading<T>> {
  try {
    const value = interpret(JSON.parse(await readFile(file, 'utf8')))
    return value === undefined ? { state: 'unreadable' } : { state: 'ok', value }
  } catch (error) {
    // Everything else (not JSON, cut off, nested too deep, no permission) is the same to the one who asked.
    return { state: isMissing(error) ? 'missing' : isTooLarge(error) ? 'too-large' : 'unreadable' }
  }
}

/** No such file, nor such a directory, nor any that could have such a name. */
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'])

/** Whether a file is not there. Any other error, such as a directory that may not be entered, says nothing about that. */
export const isMissing = (error: unknown): boolean => MISSING.has(codeOf(error))

/** Node puts a text together from pieces, and gives what V8 says of one that becomes too long: without a code. */
const isTooLarge = (error: unknown) =>
  codeOf(error) === 'ERR_STRING_TOO_LONG' ||
  codeOf(error) === 'ERR_FS_FILE_TOO_LARGE' ||
  (error instanceof RangeError && error.message === 'Invalid string length')
