import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './read-text.ts'

/**
 * Replaces a file in one step, or makes it: whoever reads it sees the old text or the new one. A link stays a
 * link, the mode stays; a new file is for its owner only, and so is its directory where that has to be made, the
 * last part of it alone. Throws what `node:fs` throws, and leaves nothing behind then.
 */
export function writeText(path: string, text: string): void {
  const before = statSync(path, { throwIfNoEntry: false })
  if (before === undefined) makeDirectory(dirname(path))
  const target = before ? realpathSync(path) : path
  // A name that nobody can guess: a project that somebody gave you may hold links to your files under all that can be.
  const draft = `${target}.${process.getBuiltinModule('node:crypto').randomUUID()}.tmp`
  try {
    writeDraft(draft, text)
    if (before) keepOwnerAndMode(draft, before)
    renameSync(draft, target)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Not with `recursive`: a home directory that is missing is not ours to make, and where one exists but answers that it
 * does not, Node 20 tries for ever.
 */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

function writeDraft(draft: string, text: string): void {
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function keepOwnerAndMode(draft: string, { uid, gid, mode }: Stats): void {
  const own = statSync(draft)
  if (own.uid !== uid || own.gid !== gid) {
    try {
      chownSync(draft, uid, gid)
    } catch {
      // only root may give a file away; then it is the editor's, as with any editor that saves this way
    }
  }
  chmodSync(draft, mode & 0o7777)
}
