import { decide, readSources } from '@visivo/telemetry-config'
import type { CourierJob } from './courier-job.ts'

/** `off-for-good`: the person's own configuration says so, not only a project's. */
export type StandingConsent = 'on' | 'off' | 'off-for-good'

/** Asks the one decider again, long after an event was recorded. A destination that is no longer allowed is off. */
export function standingConsent(job: CourierJob): StandingConsent {
  // Without a project: a courier process stands in the root directory, where no project is.
  const { product, home, destination, projectDirectory = process.cwd() } = job
  const env = {
    [`${product.envPrefix}_POSTHOG_HOST`]: destination.host,
    [`${product.envPrefix}_POSTHOG_API_KEY`]: destination.apiKey,
  }
  const decision = decide(product, readSources(product, { env, home, projectDirectory }))
  if (decision.enabled) return 'on'
  return decision.because.kind === 'global' ? 'off-for-good' : 'off'
}
