import { resolve } from 'node:path'
import type { Destination, Product } from '@visivo/telemetry-config'
import type { Where } from './consent.ts'
import { catalogueOf, type EventSpec } from './events.ts'
import { createGuard, type Guard } from './guard.ts'
import { type Places, placesOf } from './places.ts'

/** All that a courier is told. Plain data: it reaches a process in its environment and a thread as its data. */
export interface CourierJob {
  readonly product: Product
  readonly home: string
  readonly destination: Destination
  /** An adopter's own events, so that the courier's guard knows them. */
  readonly extras: Readonly<Record<string, EventSpec>>
  /** A server's project, whose opt-out it keeps watching. A command's courier knows of no project. */
  readonly projectDirectory?: string
  /** Where the server was started, if that is elsewhere: watched in the same way. */
  readonly startedIn?: string | undefined
  /** The env files that a server loaded, which are watched as well. */
  readonly envFilePath?: string | readonly string[] | undefined
  /** The lock that was claimed for this courier. */
  readonly claim?: number
  /** Commands wait for what this courier does (`World.endsCouriers`): it sends each event at once, instead of gathering. */
  readonly awaited?: boolean
  /** A command that waits for its courier starts it early: the first event may take as long as the command. */
  readonly early?: boolean
}

/** The variables in which a courier process finds its job as JSON begin so; nothing of it shows in a process list. */
export const JOB_VARIABLE = 'TELEMETRY_COURIER_JOB'

/**
 * A job as variables, in pieces: of one variable Windows takes 32,767 characters and Linux 128 kB, and the job of a program
 * with many events of its own has more. No character is cut in two, and none takes more than two places or four bytes.
 */
export function jobToVariables(job: CourierJob): Readonly<Record<string, string>> {
  const pieces = JSON.stringify(job).match(/.{1,15000}/gsu) ?? []
  return Object.fromEntries(pieces.map((piece, at) => [pieceName(at), piece]))
}

/** The job that these variables hold, if there is one. Throws where it is no JSON. */
export function jobFromVariables(env: Readonly<Record<string, string | undefined>>): CourierJob | undefined {
  let text = ''
  for (let at = 0; ; at += 1) {
    const piece = env[pieceName(at)]
    if (!piece) return text ? (JSON.parse(text) as CourierJob) : undefined
    text += piece
  }
}

function pieceName(at: number): string {
  return at === 0 ? JOB_VARIABLE : `${JOB_VARIABLE}_${at}`
}

/** The same job for a courier that knows where it stands. Absolute, as seen from here and now: a server may move later. */
export function jobAt(job: CourierJob, where: Where): CourierJob {
  // A program without types may hand over null.
  const { projectDirectory, startedIn, envFilePath } = where ?? {}
  return {
    ...job,
    projectDirectory: resolve(projectDirectory ?? ''),
    startedIn: startedIn && resolve(startedIn),
    envFilePath: [envFilePath || []].flat().map((path) => resolve(path)),
  }
}

/** Where a courier finds what it sends. */
export function placesOfJob({ product, home, destination }: CourierJob): Places {
  return placesOf(product, home, destination)
}

/** The guard that it sends by. */
export function guardOfJob({ product, extras }: CourierJob): Guard {
  return createGuard(catalogueOf(product.versionProperty, extras))
}
