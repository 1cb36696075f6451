import { accessSync, constants, lstatSync, statfsSync, statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { attempt } from './attempt.ts'
import { destinationOf, type Where } from './consent.ts'
import { placesOf, sharedPlacesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'

/** Whether events can wait here, in words, and what to do where they can't. */
export interface OutboxCheck {
  readonly ok: boolean
  readonly says: string
  readonly advice?: string
}

/** What to do where the home directory is unknown or missing. */
export const HOME_ADVICE = 'Set HOME (on Windows USERPROFILE) to a directory that is there'

/** Looks whether the outbox can be written to, or made. Changes nothing and never throws. */
export function checkOutbox(telemetry: Telemetry, where: Where): OutboxCheck {
  const { product, home } = telemetry.world
  // Nobody makes a home directory for the sake of telemetry.
  if (!isAbsolute(home) || !isDirectory(home))
    return refuse('there is no home directory for it', `${HOME_ADVICE}.`)
  const destination = destinationOf(telemetry.world, where)
  const { root, machineId } = sharedPlacesOf(product, home)
  const wanted = destination ? placesOf(product, home, destination).outbox : root
  const directory = nearestExisting(wanted)
  const obstacle = obstacleAt(directory, destination !== undefined && directory === wanted)
  if (obstacle)
    return refuse(`${directory} is ${obstacle}`, 'Move it away: a directory is made in its place.')
  if (!isWritable(directory))
    return refuse(`${directory} can't be written to`, `Make ${directory} writable for you.`)
  if (!telemetry.world.isCi && !mayKeepId(machineId))
    return refuse(
      `no machine id can be kept in ${machineId}`,
      'Move it away, and make its directory writable for you.',
    )
  if (isFull(directory)) return refuse(`the disk of ${directory} is full`, 'Make room on it.')
  return { ok: true, says: `${wanted} can be ${wanted === directory ? 'written to' : 'made'}` }
}

function refuse(why: string, advice: string): OutboxCheck {
  return { ok: false, says: `${why}, so nothing is recorded`, advice }
}

/** The path, or else the nearest above it, of which there is anything, be it a link to nothing. */
function nearestExisting(path: string): string {
  return kindOf(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

/** What stands in the way of a directory; nothing where there is one. The outbox itself has to be no link to one. */
function obstacleAt(path: string, isOutbox: boolean): string | undefined {
  const kind = kindOf(path)
  if (kind === 'directory') return undefined
  if (kind === 'other') return 'not a directory'
  if (!isDirectory(path)) return 'a link that leads to no directory'
  return isOutbox ? 'a link' : undefined
}

/** What lies at a path itself, wherever it leads. Nothing where there is nothing, and where nobody may look. */
export function kindOf(path: string): 'directory' | 'link' | 'other' | undefined {
  return attempt(() => {
    const found = lstatSync(path, { bigint: true })
    if (found.isDirectory()) return 'directory'
    return found.isSymbolicLink() ? 'link' : 'other'
  })
}

/** Whether there is a file, whatever it holds, or one can be made. */
function mayKeepId(path: string): boolean {
  const directory = dirname(path)
  if (kindOf(path) === undefined) return kindOf(directory) === undefined || isWritable(directory)
  try {
    accessSync(path, constants.R_OK)
    return statSync(path, { bigint: true }).isFile()
  } catch {
    return false
  }
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether no file fits any more: blocks or, where a file system counts them, files have run out. A quota can't be seen. */
function isFull(directory: string): boolean {
  return (
    attempt(() => {
      const { bavail, files, ffree } = statfsSync(directory)
      return bavail === 0 || (files > 0 && ffree === 0)
    }) ?? false
  )
}

function isDirectory(path: string): boolean {
  return attempt(() => statSync(path, { bigint: true }).isDirectory()) ?? false
}
