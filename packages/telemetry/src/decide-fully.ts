import {
  type Decision,
  type Destination,
  decide,
  findDestination,
  readSources,
} from '@visivo/telemetry-config'
import type { Where } from './consent.ts'
import type { Telemetry } from './telemetry.ts'

/** The whole decision, with a row for every source; a home directory that is unknown is one of its rows. */
export function decideFully({ world }: Telemetry, where: Where): Decision {
  const { product, env, home } = world
  const { projectDirectory, envFile = {}, envFilePath } = where
  const place = projectDirectory === undefined ? {} : { projectDirectory }
  return decide(product, readSources(product, { env, home, envFile, envFilePath, ...place }))
}

/** Where events would go, whether or not telemetry is on. Holds the key. */
export function destinationOf({ world }: Telemetry, where: Where): Destination | undefined {
  return findDestination(world.product, world.env, where.envFile ?? {}).destination
}
