import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** How many levels below the home directory a place lies: `.visivo/telemetry/<destination>/outbox`. */
const DEPTHS = { root: 2, destination: 3, outbox: 4 } as const

/**
 * Makes the directory of a place with mode 0700, and what is missing between it and the home directory, but never the
 * home. Throws what `node:fs` throws.
 */
export function makePlace(place: keyof typeof DEPTHS, path: string): void {
  make(path, DEPTHS[place])
}

/**
 * Step by step: with `recursive`, Node 20 tries for ever where a directory that exists answers that it does not, as
 * `/proc` does, or a mount whose source was deleted.
 */
function make(path: string, depth: number): void {
  if (isDirectory(path)) return
  if (depth > 1) make(dirname(path), depth - 1)
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it just now.
    if (!isDirectory(path)) throw error
  }
}

function isDirectory(path: string): boolean {
  // As big integers, see docs/decisions/0008.
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.isDirectory() ?? false
}
