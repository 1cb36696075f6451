import { closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { parseStored } from './id.ts'

/**
 * What lies at the path of an id file. `empty` is a file that may be in the middle of being written,
 * `corrupt` a file with something else in it, `unusable` what is not ours to replace: a directory, a device
 * (a link to `/dev/null` is a person's word), a file that can't be read.
 */
export type Stored =
  | { readonly state: 'valid'; readonly id: string }
  | { readonly state: 'absent' | 'empty' | 'corrupt' | 'unusable' }

/** An id is 36 characters; more room is for spaces around it. */
const MAX_BYTES = 256

/** Reads an id file, through a link too, at most 256 bytes of it. Never blocks on a pipe, never throws. */
export function readStored(path: string): Stored {
  try {
    const text = readBounded(path)
    const id = text === undefined ? undefined : parseStored(text)
    if (id !== undefined) return { state: 'valid', id }
    // Asked last, because nearly always there is an id. As big integers: after a plain stat of a pipe, Node's
    // realpath, and with it `import`, follows no link any more.
    if (!statSync(path, { bigint: true }).isFile()) return { state: 'unusable' }
    return { state: text === '' ? 'empty' : 'corrupt' }
  } catch (error) {
    return { state: codeOf(error) === 'ENOENT' ? 'absent' : 'unusable' }
  }
}

/** Whether what lies at the path, or where a link there leads, is no file: a directory, a device, a pipe. */
export function isNoFile(path: string): boolean {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isFile() === false
}

/**
 * The `code` of an error of `node:fs`, such as `ENOENT`. `instanceof` would not do: a test runner may give each file an
 * `Error` of its own, which Node's errors are none of.
 */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

/** `undefined` for what is longer than any id. */
function readBounded(path: string): string | undefined {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const buffer = Buffer.allocUnsafe(MAX_BYTES + 1)
    const length = readSync(handle, buffer, 0, buffer.length, 0)
    return length > MAX_BYTES ? undefined : buffer.toString('utf8', 0, length)
  } finally {
    closeSync(handle)
  }
}
