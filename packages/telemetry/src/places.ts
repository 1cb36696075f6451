import { join } from 'node:path'
import { digest16 } from '@visivo/hash'
import type { Product } from '@visivo/telemetry-config'

/** Where events are sent. */
export interface Destination {
  /** An origin, with a path perhaps, without a slash at its end. */
  readonly host: string
  readonly apiKey: string
}

/** Every path that telemetry writes to, all of them below `root`. */
export interface Places {
  /** The product's own directory, `~/.visivo`: the machine id and the configuration lie here. */
  readonly directory: string
  /** All that telemetry keeps for itself; deleting it loses what waits and nothing else. */
  readonly root: string
  /** Remembers that the notice was shown. */
  readonly notice: string
  /** One destination's own courier, outbox and log: an event never goes to another than it was recorded for. */
  readonly destination: string
  readonly outbox: string
  readonly state: string
  readonly sentLog: string
}

/** The paths of a product in a home directory, for one destination. Touches no disk. */
export function placesOf(product: Product, home: string, destination: Destination): Places {
  const directory = join(home, product.directoryName)
  const root = join(directory, 'telemetry')
  const own = join(root, digest16(`${destination.host}\n${destination.apiKey}`))
  return {
    directory,
    root,
    notice: join(root, 'notice'),
    destination: own,
    outbox: join(own, 'outbox'),
    state: join(own, 'courier.json'),
    sentLog: join(own, 'sent.jsonl'),
  }
}
