import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'

/** What reading a file gave. A file that exists but can't be read is told apart from one that isn't there. */
export type TextFile =
  | { readonly state: 'absent'; readonly path: string }
  | { readonly state: 'read'; readonly path: string; readonly text: string }
  | UnreadableFile

/** What is known of a file that was not read. */
type Unread = Exclude<TextFile, { readonly state: 'read' }>

/** The same of a file that may be no text. */
export type BytesFile = Unread | { readonly state: 'read'; readonly bytes: Buffer }

/** A file that exists but can't be read, and why, in words. */
export interface UnreadableFile {
  readonly state: 'unreadable'
  readonly path: string
  readonly reason: string
}

/** No configuration comes near it; more would cost every command, and a server's thread its memory. */
const MAX_BYTES = 2_000_000

/** Reads a UTF-8 text, without its byte order mark. Never throws, never blocks on a pipe. */
export function readText(path: string): TextFile {
  const file = readBytes(path)
  return file.state === 'read' ? decode(path, file.bytes) : file
}

/** The bytes of a file, however they are to be read. Never throws, never blocks on a pipe. */
export function readBytes(path: string): BytesFile {
  try {
    // As big integers: after a plain stat of a pipe, Node's realpath, and with it `import`, follows no link any more.
    const named = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (named === undefined) return notFound(path)
    const found = named.isSymbolicLink() ? statBehind(path) : named
    if (found === undefined) return { state: 'unreadable', path, reason: 'a link to nothing' }
    if (!found.isFile()) return { state: 'unreadable', path, reason: 'not a file' }
    const bytes = readRegular(path)
    return bytes ? { state: 'read', bytes } : { state: 'unreadable', path, reason: 'larger than 2 MB' }
  } catch (error) {
    const code = codeOf(error)
    // Removed in this moment, or below something that is no directory.
    if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path)
    return { state: 'unreadable', path, reason: String(code) }
  }
}

/** Where a link leads, or `undefined` where that is to nothing, also below something that is no directory. */
function statBehind(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/**
 * Absent; but where a part of the path is not UTF-8, Node has looked beside it, and nobody knows what lies there by its
 * true name.
 */
function notFound(path: string): Unread {
  return path.includes('\ufffd')
    ? { state: 'unreadable', path, reason: 'its path is not UTF-8' }
    : { state: 'absent', path }
}

/** Whether there is anything of this name. Never throws. */
export function isThere(path: string): boolean {
  return existsSync(path)
}

/** Where a path leads, every link followed; the path itself where nothing is there. Never throws. */
export function realPath(path: string): string {
  try {
    // The system's own: it is one call, and Node's is misled by what was looked at before.
    return realpathSync.native(path)
  } catch {
    return path
  }
}

/**
 * The `code` of an error of `node:fs`, such as `EACCES`, or in its place `unknown error`. `instanceof` would not do: a test
 * runner may give each file an `Error` of its own, which Node's errors are none of.
 */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : 'unknown error'
}

/** `undefined` for what is too large, or is no longer a regular file. */
function readRegular(path: string): Buffer | undefined {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(handle)
    return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(handle) : undefined
  } finally {
    closeSync(handle)
  }
}

/** A UTF-8 text, without its byte order mark. */
export function decode(path: string, bytes: Buffer): Exclude<TextFile, { readonly state: 'absent' }> {
  // a zero byte is binary or UTF-16; the other two are the byte order mark of UTF-16 and UTF-32
  const isUtf16 = bytes.length > 1 && (bytes.readUInt16BE(0) === 0xfeff || bytes.readUInt16BE(0) === 0xfffe)
  if (isUtf16 || bytes.includes(0)) return { state: 'unreadable', path, reason: 'not a UTF-8 text' }
  return { state: 'read', path, text: bytes.toString('utf8').replace(/^\ufeff/, '') }
}
