import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { attempt } from './attempt.ts'
import { uuidV7 } from './uuid-v7.ts'

/** Twice what the largest of them, a half of the sent log, may come to. */
const MOST_BYTES = 2_000_000
/** Why one that somebody's edits have made larger is not read. */
export const TOO_LARGE = 'larger than 2 MB'

/**
 * Reads a file that telemetry wrote itself. Throws where it is none: absent, too large, or no regular file. Somebody may
 * have put a pipe or a device in its place, which would hold the process for ever or feed it without an end.
 */
export function readOwn(path: string): string {
  return withOwn(path, (file) => readFileSync(file, 'utf8'))
}

/** Throws as `readOwn` does, and reads nothing. */
export function requireOwn(path: string): void {
  withOwn(path, () => {})
}

function withOwn<T>(path: string, use: (file: number) => T): T {
  // Windows knows no pipes that are files.
  const { O_RDONLY, O_NONBLOCK = 0 } = constants
  const file = openSync(path, O_RDONLY | O_NONBLOCK)
  try {
    // As big integers, see docs/decisions/0008.
    const found = fstatSync(file, { bigint: true })
    if (!found.isFile()) throw new Error('not a file of ours')
    if (found.size > MOST_BYTES) throw Object.assign(new Error(TOO_LARGE), { code: 'EFBIG' })
    return use(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Appends to such a file, new ones with mode 0600. Throws where it can't at once, as with a pipe that nobody reads; also
 * where a link lies there: another user who may write in this home would have somebody else's file written to, as soon as
 * root runs a command in it.
 */
export function appendOwn(path: string, text: string): void {
  // Windows knows neither.
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants
  const file = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW, 0o600)
  try {
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

/**
 * Puts a new file, with mode 0600, in place of whatever file or link lies there, in one step: after sudo it may be root's,
 * which nobody else can write to. Throws where the disk refuses.
 */
export function replaceOwn(path: string, text: string): void {
  // Nobody can have put a link there, through which somebody else's file would be written to.
  const unfinished = `${path}.${uuidV7()}.tmp`
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' })
    renameSync(unfinished, path)
  } catch (error) {
    // A disk that refused the other may refuse this as well.
    attempt(() => rmSync(unfinished, { force: true }))
    throw error
  }
}
