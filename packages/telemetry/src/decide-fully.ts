import { type Decision, type Destination, findDestination } from '@visivo/telemetry-config'
import { decideFor, type Where } from './consent.ts'
import type { Telemetry } from './telemetry.ts'

/** The whole decision, with a row for every source. */
export function decideFully({ world }: Telemetry, where: Where): Decision {
  return decideFor(world, where)
}

/** Where events would go, whether or not telemetry is on. Holds the key. */
export function destinationOf({ world }: Telemetry, where: Where): Destination | undefined {
  return findDestination(world.product, world.env, where.envFile ?? {}).destination
}
