import { STAMPS } from './events.ts'
import type { StoredEvent } from './guard.ts'

/** An event as PostHog gets it, but for the name and version of its SDK. */
export interface WireEvent extends StoredEvent {
  readonly properties: Readonly<Record<string, unknown>>
}

/**
 * Adds what every event carries as it leaves. Nothing of it lies in the outbox, so no file there can
 * change it; and `$session_id` is the run's own id under the name by which PostHog counts sessions.
 */
export function toWire(event: StoredEvent): WireEvent {
  const stamps = Object.fromEntries(Object.entries(STAMPS).map(([name, stamp]) => [name, stamp.value]))
  return {
    ...event,
    properties: { ...event.properties, $session_id: event.properties.session_id, ...stamps },
  }
}
