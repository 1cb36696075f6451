import { NO_GUARD } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import type { DestinationPlaces } from './places.ts'

/** How many events wait for these destinations, whichever version recorded them. */
export function countWaiting(destinations: readonly DestinationPlaces[]): number {
  return destinations.flatMap(({ outbox }) => openOutbox(outbox, NO_GUARD).waiting()).length
}
