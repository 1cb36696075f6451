import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf, readStored, type Stored } from './stored.ts'

const ATTEMPTS = 5
const SETTLE_STEP_MS = 5
const SETTLE_STEPS = 10

/**
 * Stores `mine` at `path` unless a valid id is there, and returns the id that lies there in the end: the same
 * for any number of processes that do this at once, whether the file was missing or corrupt. `undefined` if
 * what lies there is not ours to replace; throws what `node:fs` throws if nothing can be written.
 */
export function agree(path: string, mine: string): string | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = readSettled(path)
    if (stored.state === 'valid') return stored.id
    if (stored.state === 'unusable') return undefined
    if (stored.state === 'absent') claim(path, mine)
    else repair(path, mine)
  }
  return undefined
}

/** Puts `id` at `path` in one step, over whatever is there (a link itself, not what it points to). */
export function replace(path: string, id: string): void {
  withDraft(path, id, (draft) => renameSync(draft, path))
}

/** Puts `id` at `path` if nothing is there. */
function claim(path: string, id: string): void {
  withDraft(path, id, (draft) => {
    try {
      linkSync(draft, path)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') claimWithoutLinks(path, id)
    }
  })
}

/** For file systems without hard links: the others may see an empty file for a moment, and wait (`readSettled`). */
function claimWithoutLinks(path: string, id: string): void {
  try {
    writeFileSync(path, id, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/**
 * Replaces a corrupt file. Whoever claims the neighbour `.next` decides the id, and everyone carries that one
 * over; a process that is killed in between leaves a decision for the next one, never a lock. `.next` goes
 * only when a valid id is in place, so whoever claims it anew finds that id when it looks again.
 */
function repair(path: string, mine: string): void {
  const next = `${path}.next`
  claim(next, mine)
  const decided = readSettled(next)
  if (decided.state === 'absent') return
  if (decided.state === 'valid' && !isSound(readStored(path))) replace(path, decided.id)
  rmSync(next, { force: true })
}

function isSound({ state }: Stored): boolean {
  return state !== 'empty' && state !== 'corrupt'
}

/** Gives a writer that has opened the file, but not written yet, a moment (50 ms) to do so. */
function readSettled(path: string): Stored {
  let stored = readStored(path)
  for (let step = 0; stored.state === 'empty' && step < SETTLE_STEPS; step++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_STEP_MS)
    stored = readStored(path)
  }
  return stored
}

/** Lets `use` have a complete file beside `path` (0600), which is gone afterwards. */
function withDraft(path: string, id: string, use: (draft: string) => void): void {
  const draft = `${path}.${process.pid}-${id.slice(0, 8)}.tmp`
  try {
    writeFileSync(draft, id, { flag: 'wx', mode: 0o600 })
    use(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}
