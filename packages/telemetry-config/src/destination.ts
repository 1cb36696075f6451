import type { Product } from './product.ts'
import type { Environment } from './sources.ts'

/** PostHog's own cloud, where a key without a host belongs (posthog-node's default too). */
export const DEFAULT_HOST = 'https://us.i.posthog.com'

/** Where events go. */
export interface Destination {
  /** Origin and path, without a slash at the end. */
  readonly host: string
  /** A PostHog project key. */
  readonly apiKey: string
}

/** The destination, or in words why there is none. The words hold neither the key nor credentials. */
export type FoundDestination =
  | { readonly destination: Destination; readonly problem?: never }
  | { readonly problem: string; readonly destination?: never }

/**
 * Where to send, from the environment (then the `.env` file) or the release build. The build's key goes only
 * to the build's host: a host from the environment needs a key from the environment.
 */
export function findDestination(product: Product, env: Environment, envFile: Environment): FoundDestination {
  const hostName = `${product.envPrefix}_POSTHOG_HOST`
  const keyName = `${product.envPrefix}_POSTHOG_API_KEY`
  const get = (name: string) => env[name]?.trim() || envFile[name]?.trim()
  const given = { host: get(hostName), apiKey: get(keyName) }
  if (given.host && !given.apiKey) return { problem: `${hostName} is set but ${keyName} is not` }
  const apiKey = given.apiKey || product.posthog?.apiKey?.trim()
  if (!apiKey) return { problem: `no key: ${keyName} is not set` }
  if (!/^[\x21-\x7e]{1,200}$/.test(apiKey))
    return { problem: `${given.apiKey ? keyName : 'the built-in posthog.apiKey'} does not look like a key` }
  const { host, problem } = checkHost(given.host || product.posthog?.host?.trim() || DEFAULT_HOST)
  if (host !== undefined) return { destination: { host, apiKey } }
  return { problem: `${given.host ? hostName : 'the built-in posthog.host'} ${problem}` }
}

type CheckedHost =
  | { readonly host: string; readonly problem?: never }
  | { readonly problem: string; readonly host?: never }

function checkHost(text: string): CheckedHost {
  const url = toUrl(text)
  if (!url) return { problem: 'is not a URL' }
  if (url.username || url.password) return { problem: `must not hold credentials (${url.host})` }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    return { problem: 'must be https, or http to this machine' }
  }
  return { host: (url.origin + url.pathname).replace(/\/+$/, '') }
}

function toUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** `hostname` as `URL` writes it: IPv4 in four decimal parts, IPv6 in brackets. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}
