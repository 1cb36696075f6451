import { lstatSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from './attempt.ts'
import { uuidV7 } from './uuid-v7.ts'

// The clock of the file system, in milliseconds since 1970, tells how old a file is. A program's own may be stopped, set
// by a test, or another than that of the machine it shares a home with, and must not decide about what others wrote.

const HOUR = 3_600_000

/** When a file was written, or something in a directory: right after a write, the time now. Ours where it can't be told. */
export function lastChange(path: string): number {
  return changedAt(path) ?? Date.now()
}

/** The same, and nothing where it can't be told. */
export function changedAt(path: string): number | undefined {
  return attempt(() => Number(lstatSync(path, { bigint: true }).mtimeMs))
}

/** Changes nothing in a directory but the time of its last change, and gives that; ours where nothing can be written. */
export function touch(directory: string): number {
  const path = join(directory, `.${uuidV7()}.tmp`)
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
    const time = lastChange(path)
    unlinkSync(path)
    return time
  } catch {
    return Date.now()
  }
}

/**
 * Whether a file that its writer was about to rename or to remove is there since an hour before `now`: then that writer was
 * killed.
 */
export function isAbandoned(path: string, now: number): boolean {
  return attempt(() => Number(lstatSync(path, { bigint: true }).ctimeMs) < now - HOUR) ?? false
}
