import { type Decision, decide, readSources } from '@visivo/telemetry-config'
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
  return isForGood(decision) ? 'off-for-good' : 'off'
}

/**
 * Whether what waits has to go: the global file says no in so many words, whoever else says so too. A file that
 * can't be read is off as well, but it may be half written just now, and costs no event that was recorded before.
 */
export function isForGood({ checked }: Decision): boolean {
  return checked.some(
    ({ kind, verdict, value }) =>
      kind === 'global' && verdict === 'off' && /^(false|no|off|0)\b/i.test(value),
  )
}
