import { STAMPS } from './events.ts'
import type { StoredEvent } from './guard.ts'

/** An event as PostHog gets it, but for the name and version of its SDK. */
export interface WireEvent extends StoredEvent {
  readonly properties: StoredEvent['properties'] & Readonly<Record<Stamp, unknown>>
}

type Stamp = keyof typeof STAMPS | '$session_id'

/**
 * Adds what every event carries as it leaves. Nothing of it lies in the outbox, so no file there can
 * change it; and `$session_id` is the run's own id under the name by which PostHog counts sessions.
 */
export function toWire(event: StoredEvent): WireEvent {
  const { $ip, $geoip_disable, $process_person_profile } = STAMPS
  return {
    ...event,
    properties: {
      ...event.properties,
      $session_id: event.properties.session_id,
      $ip: $ip.value,
      $geoip_disable: $geoip_disable.value,
      $process_person_profile: $process_person_profile.value,
    },
  }
}
