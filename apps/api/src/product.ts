import { defineProduct, type Product } from '@visivo/telemetry'

/**
 * Visivo as its users get it: with the PostHog that the release build was given, in
 * `VISIVO_RELEASE_POSTHOG_HOST` and `VISIVO_RELEASE_POSTHOG_API_KEY`. Any other build has none, and sends nothing.
 */
export function releasedVisivo(): Product {
  const host = process.env.VISIVO_RELEASE_POSTHOG_HOST
  const apiKey = process.env.VISIVO_RELEASE_POSTHOG_API_KEY
  return defineProduct({
    name: 'visivo',
    posthog: { ...(host ? { host } : {}), ...(apiKey ? { apiKey } : {}) },
  })
}
