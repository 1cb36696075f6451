import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isSystemError } from './system-error.ts'

/** No file can have a name that is too long, but a pattern may be as long. */
const NOTHING = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']

/**
 * What is at a path, links followed; undefined where nothing is. Where that can't be told, as in a directory that is not to be
 * entered, it throws what `node:fs` throws: to say that nothing is there would send people looking for a wrong name.
 */
export async function foundAt(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (isSystemError(error) && NOTHING.includes(error.code)) return undefined
    throw error
  })
}
