import type { Product } from '@visivo/telemetry-config'
import { NO_GUARD } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import { findPlaces, sharedPlacesOf } from './places.ts'

/**
 * Empties the outboxes of all destinations: their person opted out. Whoever edits the configuration by hand while
 * no courier is at work has this from the next command. Gives how many events went. Never throws.
 */
export function forgetWaiting(product: Product, home: string): number {
  const { root } = sharedPlacesOf(product, home)
  return findPlaces(root)
    .map(({ outbox }) => openOutbox(outbox, NO_GUARD).clear())
    .reduce((sum, removed) => sum + removed, 0)
}
