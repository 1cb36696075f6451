import type { Destination, Product } from '@visivo/telemetry-config'
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
  /** The env file that a server loaded, which is watched as well. */
  readonly envFilePath?: string | undefined
  /** The lock that was claimed for this courier. */
  readonly claim?: number
  /** Commands wait for what this courier does, as in CI: it sends each event at once, instead of gathering. */
  readonly awaited?: boolean
  /** A command that waits for its courier starts it early: the first event may take as long as the command. */
  readonly early?: boolean
}

/** The variable in which a courier process finds its job as JSON; nothing of it shows in a process list. */
export const JOB_VARIABLE = 'TELEMETRY_COURIER_JOB'

/** Where a courier finds what it sends. */
export function placesOfJob({ product, home, destination }: CourierJob): Places {
  return placesOf(product, home, destination)
}

/** The guard that it sends by. */
export function guardOfJob({ product, extras }: CourierJob): Guard {
  return createGuard(catalogueOf(product.versionProperty, extras))
}
