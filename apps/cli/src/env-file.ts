import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { EnvFileError } from './errors.ts'
import { isSystemError, reasonOf } from './system-error.ts'

/** What the env files of a command held together. */
export interface EnvFile extends OneFile {
  /** All of them, absolute: an opt-out counts in each, also where a later one takes it back. */
  readonly paths: readonly string[]
}

interface OneFile {
  /** Absolute; empty where there is no working directory. */
  readonly path: string
  readonly values: Readonly<Record<string, string>>
  /** Set when the file couldn't be read: `missing`, or `unreadable` if something is there. */
  readonly problem?: 'missing' | 'unreadable'
  /** Why the system does not let it be read. */
  readonly reason?: string
}

/**
 * Reads the files of `-e`, or `.env`, relative to the working directory, if there is one. Of several the last that sets a
 * variable counts, and what is told besides is that of the first with a problem, or else of the last. Never throws.
 * @param waits whether the writer of a pipe is waited for, as a program that keeps secrets may be
 */
export function readEnvFile(
  workingDirectory: string,
  asked: readonly string[] | undefined,
  waits = true,
): EnvFile {
  const missing: OneFile = { path: '', values: {}, problem: 'missing' }
  const names = workingDirectory === '' ? [] : (asked ?? ['.env'])
  const files = names.map((name) => readFile(resolve(workingDirectory, name), asked === undefined, waits))
  const told = files.find(({ problem }) => problem !== undefined) ?? files.at(-1) ?? missing
  const values = Object.assign({}, ...files.map((file) => file.values))
  return { ...told, values, paths: files.map(({ path }) => path) }
}

function readFile(path: string, isDefault: boolean, waits: boolean): OneFile {
  try {
    const text = readUtf8(path, waits).replace(/^\uFEFF/, '')
    // UTF-16, which an editor on Windows may have chosen: its settings would go unseen, an opt-out among them.
    if (text.includes('\0') || text.startsWith('\uFFFD')) return { path, values: {}, problem: 'unreadable' }
    const values = parseEnv(text) as Record<string, string>
    // Another encoding: what is no UTF-8 would be part of a password. In a comment it does no harm.
    if (Object.values(values).some((value) => value.includes('\uFFFD')))
      return { path, values: {}, problem: 'unreadable' }
    return { path, values }
  } catch (error) {
    const code = isSystemError(error) ? error.code : undefined
    // A directory of this name, which nobody asked for, is often an environment of Python's.
    const missing = code === 'ENOENT' || code === 'ENOTDIR' || (code === 'EISDIR' && isDefault)
    return missing
      ? { path, values: {}, problem: 'missing' }
      : { path, values: {}, problem: 'unreadable', reason: reasonOf(error) }
  }
}

function readUtf8(path: string, waits: boolean): string {
  const handle = openSync(path, waits ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
  }
}

/** Throws an EnvFileError when a file that was asked for is missing, or one that is there can't be read. */
export function requireEnvFile(file: EnvFile, asked: readonly string[] | undefined): void {
  if (file.problem === 'missing' && asked !== undefined) {
    throw new EnvFileError(`the env file ${file.path} doesn't exist. Check -e.`)
  }
  if (file.problem === 'unreadable') {
    // The directory around it may be what can't be read, also where nobody has written such a file.
    const why = file.reason === undefined ? '' : ` (${file.reason})`
    throw new EnvFileError(
      `the env file ${file.path} can't be read${why}. It has to be a text in UTF-8 that you may read.`,
    )
  }
}
