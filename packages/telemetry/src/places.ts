import { readdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { digest16 } from '@visivo/hash'
import type { Destination, Product } from '@visivo/telemetry-config'

/** The paths that all destinations share. */
export interface SharedPlaces {
  /** The product's own directory, `~/.visivo`. */
  readonly directory: string
  /** All that telemetry keeps for itself: without it what waits and the log are lost, and the notice is shown again. */
  readonly root: string
  /** Remembers that the notice was shown. */
  readonly notice: string
  /** The anonymous id, where `@visivo/machine-id` keeps it in the product's directory. */
  readonly machineId: string
  /** The person's own settings. */
  readonly config: string
}

/** One destination's own courier, outbox and log: an event never goes to another than it was recorded for. */
export interface DestinationPlaces {
  readonly destination: string
  readonly outbox: string
  readonly state: string
  readonly sentLog: string
  /** As many bytes long as events were dropped since the last one was recorded. */
  readonly tally: string
}

/** Every path that telemetry writes to: all of them below `root`, but for the machine id and, when asked to, the settings. */
export interface Places extends SharedPlaces, DestinationPlaces {}

const DESTINATION = /^[0-9a-f]{16}$/

/** The paths of a product in a home directory, for one destination. Touches no disk. */
export function placesOf(product: Product, home: string, destination: Destination): Places {
  const shared = sharedPlacesOf(product, home)
  return {
    ...shared,
    ...placesIn(join(shared.root, digest16(`${destination.host}\n${destination.apiKey}`))),
  }
}

/** The paths that don't depend on a destination. Touches no disk. */
export function sharedPlacesOf(product: Product, home: string): SharedPlaces {
  const directory = join(home, product.directoryName)
  const root = join(directory, 'telemetry')
  return {
    directory,
    root,
    notice: join(root, 'notice'),
    machineId: join(directory, 'machine_id'),
    config: join(directory, product.configFile),
  }
}

/** Every destination that ever had an event, whether or not it is configured now. Never throws. */
export function findPlaces(root: string): readonly DestinationPlaces[] {
  try {
    // Where there is no home directory, nothing is ours.
    if (!isAbsolute(root)) return []
    return readdirSync(root)
      .filter((name) => DESTINATION.test(name))
      .map((name) => placesIn(join(root, name)))
  } catch {
    // Nothing was ever recorded.
    return []
  }
}

function placesIn(destination: string): DestinationPlaces {
  return {
    destination,
    outbox: join(destination, 'outbox'),
    state: join(destination, 'courier.json'),
    sentLog: join(destination, 'sent.jsonl'),
    tally: join(destination, 'dropped'),
  }
}
