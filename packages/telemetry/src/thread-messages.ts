import type { StoredEvent } from './guard.ts'
import type { StandingConsent } from './standing-consent.ts'

/** From the server to its courier. */
export type ToThread =
  | { readonly kind: 'events'; readonly parcel: number; readonly events: readonly StoredEvent[] }
  | { readonly kind: 'close' }

/** From the courier to its server: whether recording is allowed, which parcel is dealt with, and that all is. */
export type FromThread =
  | { readonly kind: 'recording'; readonly consent: StandingConsent }
  | { readonly kind: 'kept'; readonly parcel: number }
  | { readonly kind: 'closed' }
