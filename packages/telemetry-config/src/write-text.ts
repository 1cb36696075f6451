import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
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
 * link, owner and mode stay; a new file is for the owner of its directory only. A directory that is missing is made, the
 * last part of its path alone, for its owner only. Throws what `node:fs` throws, and leaves no draft behind then.
 */
export function writeText(path: string, text: string): void {
  const before = statSync(path, { throwIfNoEntry: false })
  if (before === undefined) makeDirectory(dirname(path))
  const owner = before ?? statSync(dirname(path))
  const target = before ? realpathSync(path) : path
  // A name that nobody can guess: a project that somebody gave you may hold links to your files under all that can be.
  const draft = `${target}.${process.getBuiltinModule('node:crypto').randomUUID()}.tmp`
  try {
    writeDraft(draft, text, owner, before?.mode)
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

/** Owner and mode go by the file that is open: whoever may write in its directory may put a link in its place meanwhile. */
function writeDraft(draft: string, text: string, owner: Stats, mode: number | undefined): void {
  const handle = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(handle, text)
    giveAway(handle, owner)
    // A new file is as it was opened, and one that has its mode is left alone: a shared folder may let nobody change one.
    if (mode !== undefined && fstatSync(handle).mode !== mode) fchmodSync(handle, mode & 0o7777)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function giveAway(handle: number, { uid, gid }: Stats): void {
  const own = fstatSync(handle)
  if (own.uid === uid && own.gid === gid) return
  try {
    fchownSync(handle, uid, gid)
  } catch {
    // Only root may give a file away; then it is the editor's, as with any editor that saves this way.
  }
}
