import type { CourierJob } from './courier-job.ts'
import type { StoredEvent } from './guard.ts'
import type { StandingConsent } from './standing-consent.ts'

/** From the server to its courier. */
export type ToThread =
  | { readonly kind: 'events'; readonly parcel: number; readonly events: readonly StoredEvent[] }
  | { readonly kind: 'close' }

/** From the courier to its server: whether recording is allowed, and that all is dealt with. */
export type FromThread =
  | { readonly kind: 'recording'; readonly consent: StandingConsent }
  | { readonly kind: 'closed' }

/** What a courier thread is born with. */
export interface ThreadData {
  readonly job: CourierJob
  /**
   * One number, in memory that both share: the last parcel that is dealt with, as are all before it. Not a message, which
   * a server that is busy, or ends, has not read: it would write the parcel once more, and all of it would be sent twice.
   */
  readonly dealtWith: Int32Array
}
