import { createHash } from 'node:crypto'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { httpError } from './http-error.ts'
import { pageStyle } from './page.ts'

/** Sets what a browser must know about every answer: no guessing of types, no framing, no other origin. */
export function securityHeaders(): MiddlewareHandler {
  const styleHash = createHash('sha256').update(pageStyle).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  return async (c, next) => {
    await next()
    c.header('Content-Security-Policy', policy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cache-Control', 'no-store')
  }
}

/**
 * Answers 403 when the `Host` header names neither this machine's loopback nor the host that the server was
 * told to listen on: a page elsewhere, whose name was pointed at 127.0.0.1, must not read what is served here.
 * On a wildcard address (`0.0.0.0`, `::`) every IP address passes, since only a name can be pointed elsewhere.
 */
export function hostCheck(host: string): MiddlewareHandler {
  const own = canonicalHost(host)
  return async (c, next) => {
    const asked = hostOf(c.req.header('host') ?? new URL(c.req.url).host)
    if (asked !== undefined && isAllowed(asked, own)) return next()
    return httpError(c, 403, 'This server does not answer under that host name.', 'Use the URL it printed.')
  }
}

/** A host as browsers write it, who send `0.0.0.0` for `0` and `[::]` for `[::0]`; what is none is left as it is. */
export function canonicalHost(host: string): string {
  if (!isIPv6(host) && !/^[\w.-]+$/.test(host)) return host
  try {
    return new URL(`http://${isIPv6(host) ? `[${host}]` : host}`).hostname.replace(/^\[|\]$/g, '')
  } catch {
    return host
  }
}

/** Whether an address or name reaches only this machine: `localhost`, 127.0.0.0/8 and ::1. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** What to say of a server on this host when other machines can reach it; nothing of one on the loopback. */
export function exposureWarning(host: string): string | undefined {
  const canonical = canonicalHost(host)
  return isLoopback(canonical) || MAPPED_LOOPBACK.test(canonical) ? undefined : EXPOSED
}

/** 127.0.0.0/8 as an IPv6 address: `::ffff:127.0.0.1`, in the way browsers write it. */
const MAPPED_LOOPBACK = /^::ffff:7f[\da-f]{2}:/

const EXPOSED =
  'Warning: other machines can reach this server, and it asks nobody who they are. ' +
  'Without --host it answers this machine only.'

/** Whether listening on this host means listening on every address of the machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

const isAllowed = (asked: string, host: string) =>
  isLoopback(asked) || asked === host || (isWildcard(host) && isIP(asked) !== 0)

/** The name or address in a `Host` header, in lower case, without the port and without an IPv6's brackets. */
function hostOf(header: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:@/\\?#[\]]+))(?::\d+)?$/.exec(header.toLowerCase())
  return match?.[1] ?? match?.[2]
}
