import type { RunFacts } from './assemble.ts'
import type { CourierJob } from './courier-job.ts'
import type { RequestSum } from './request-meter.ts'

/** What the courier thread starts with. */
export interface ThreadData {
  readonly job: CourierJob
  readonly run: RunFacts
  readonly projectHash: string | undefined
}

/** From the server to its courier. */
export type ToThread =
  | { readonly kind: 'requests'; readonly requests: readonly RequestSum[] }
  | { readonly kind: 'close' }

/** From the courier to its server: whether recording is still wanted, and that all is on disk. */
export type FromThread =
  | { readonly kind: 'recording'; readonly wanted: boolean }
  | { readonly kind: 'closed' }
