import { readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { codeOf } from './code-of.ts'
import { requireOwn, TOO_LARGE } from './own-file.ts'
import { findPlaces } from './places.ts'
import { halvesOf } from './sent-log.ts'

/** What to do about a file or a directory that can't be read. */
export const OWN_OR_MOVE = "Make it your own (after sudo it is root's), or move it away."

/** What the system lets nobody look into who runs this, as what is root's after `sudo`: what is in there, nobody can tell. */
export interface Unreadable {
  readonly path: string
  /** In the system's words, `EACCES: permission denied`, or that somebody's edits have made it too large. */
  readonly reason: string
  /** Whether it is a log of what was sent. Else it is a directory, and what waits there can't be seen either. */
  readonly isLog: boolean
  /** What to do about it. */
  readonly advice: string
}

/** The first of all that telemetry keeps that can't be read, directories before logs. Never throws. */
export function findUnreadable(root: string): Unreadable | undefined {
  // Where there is no home directory, nothing is ours.
  if (!isAbsolute(root)) return undefined
  const all = findPlaces(root)
  const directories = [root, ...all.flatMap(({ destination, outbox }) => [destination, outbox])]
  const logs = all.flatMap(({ sentLog }) => halvesOf(sentLog))
  return firstRefused(directories, readdirSync, false) ?? firstRefused(logs, requireOwn, true)
}

function firstRefused(
  paths: readonly string[],
  read: (path: string) => unknown,
  isLog: boolean,
): Unreadable | undefined {
  for (const path of paths) {
    const reason = whyRefused(() => read(path))
    if (reason !== undefined) return { path, reason, isLog, advice: adviceAgainst(reason) }
  }
  return undefined
}

/** What is too large is its person's own. */
function adviceAgainst(reason: string): string {
  return reason === TOO_LARGE ? 'Move it away.' : OWN_OR_MOVE
}

/** Why the system refused a look, in its words. Nothing where it allowed it, where nothing lies there or nothing of ours. */
export function whyRefused(look: () => unknown): string | undefined {
  try {
    look()
    return undefined
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined || code === 'ENOENT' || code === 'ENOTDIR') return undefined
    // After these come the call and the path.
    return String(error instanceof Error ? error.message : code).split(', ')[0]
  }
}
