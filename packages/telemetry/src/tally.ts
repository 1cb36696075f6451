import { lstatSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { attempt } from './attempt.ts'
import { isAbandoned } from './file-clock.ts'
import { writeOwn } from './own-file.ts'
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

/** @param path of a file that is as many bytes long as events were dropped: appending to it needs no lock */
export function openTally(path: string): Tally {
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
  return {
    add: (count) => {
      const sum = Math.min(owed + count, MOST)
      owed = sum
      attempt(() => {
        writeOwn(path, '.'.repeat(sum), 'append')
        owed = 0
      })
    },
    take: () => {
      let taken = owed
      owed = 0
      // Nearly always there is none, and a failed rename costs an error with its stack.
      attempt(() => {
        if (!lstatSync(path, { bigint: true, throwIfNoEntry: false })?.isFile()) return
        const mine = `${path}.${uuidV7()}`
        renameSync(path, mine)
        taken += Number(statSync(mine, { bigint: true }).size)
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

function isUuid(text: string): boolean {
  return /^[0-9a-f-]{36}$/.test(text)
}
