import { linkSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { attempt } from './attempt.ts'
import { codeOf } from './code-of.ts'
import { isAbandoned } from './file-clock.ts'
import { appendOwn } from './own-file.ts'
import { uuidV7 } from './uuid-v7.ts'

/** A tally never says more than this: it is as many bytes long as events were dropped. */
const MOST = 100_000

/** Counts the events that were dropped, until one is recorded that tells it. No method throws. */
export interface Tally {
  add(count: number): void
  /** Takes the number away, so that of two writers only one reports it. */
  take(): number
  /** Forgets the number, and what other writers took away and never reported. */
  clear(): void
  /** Removes what a writer took away an hour ago, and was killed before it could report it. */
  tidy(now: number): void
}

/**
 * @param path of a file that is as many bytes long as events were dropped. It is never written to where it lies, but moved
 *   away and put back longer: what was appended while another writer counted it would be told by nobody
 * @param write how it is written; a test may be a disk that is full
 */
export function openTally(path: string, write: typeof appendOwn = appendOwn): Tally {
  /** What the disk did not take down. */
  let owed = 0
  const directory = dirname(path)
  const prefix = `${basename(path)}.`
  const sweep = (isOver: (path: string) => boolean) =>
    attempt(() => {
      for (const name of readdirSync(directory)) {
        const isTaken = name.startsWith(prefix) && isUuid(name.slice(prefix.length))
        if (isTaken && isOver(join(directory, name)))
          attempt(() => rmSync(join(directory, name), { force: true }))
      }
    })
  /** Writes down what is owed, in a file that is this writer's own meanwhile. False where the disk takes nothing. */
  const writeDown = () => {
    const mine = movedAway(path) ?? nameBeside(path)
    try {
      write(mine, '.'.repeat(Math.max(0, Math.min(owed, MOST - sizeOf(mine)))))
      owed = 0
      return true
    } catch {
      return false
    } finally {
      // Another writer has put one there: this one is added to it.
      if (!isPut(mine, path)) owed = Math.min(owed + sizeOf(mine), MOST)
      rmSync(mine, { force: true })
    }
  }
  return {
    add: (count) => {
      owed = Math.min(owed + count, MOST)
      while (owed > 0 && attempt(writeDown)) {
        // Once, unless another writer has put one there.
      }
    },
    take: () => {
      let taken = owed
      owed = 0
      attempt(() => {
        const mine = movedAway(path)
        if (mine === undefined) return
        taken += sizeOf(mine)
        rmSync(mine, { force: true })
      })
      return Math.min(taken, MOST)
    },
    clear: () => {
      owed = 0
      attempt(() => rmSync(path, { force: true }))
      sweep(() => true)
    },
    tidy: (now) => {
      sweep((taken) => isAbandoned(taken, now))
    },
  }
}

/** The name of a file that is one writer's own. */
function nameBeside(path: string): string {
  return `${path}.${uuidV7()}`
}

/** What was counted, in a file that is one writer's own now. Nothing where none was; throws where something else lies there. */
function movedAway(path: string): string | undefined {
  // Nearly always there is none, and a failed rename costs an error with its stack.
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (!found) return undefined
  if (!found.isFile()) throw new Error('not a tally')
  const mine = nameBeside(path)
  try {
    renameSync(path, mine)
    return mine
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function sizeOf(mine: string): number {
  return Number(statSync(mine, { bigint: true, throwIfNoEntry: false })?.size ?? 0)
}

/** Puts a file in place, unless another writer has put one there meanwhile. */
function isPut(mine: string, path: string): boolean {
  try {
    linkSync(mine, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    // A file system without hard links.
    renameSync(mine, path)
  }
  return true
}

function isUuid(text: string): boolean {
  return /^[0-9a-f-]{36}$/.test(text)
}
