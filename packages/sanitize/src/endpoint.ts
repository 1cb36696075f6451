import { UNMATCHED } from './placeholders.ts'
import { fit, type Safe, safe } from './safe.ts'

/**
 * Every text that `sanitizeEndpoint` and `sanitizeRoute` can give: at most 100 characters of literals,
 * `{name}` and `*` (`/api/models/{name}`, `/files/{name}.{ext}`, `/static/*`), or `<unmatched>`.
 */
export const ENDPOINT_SHAPE =
  /^(?:<unmatched>|\/|(?!.{101})(?:\/(?:\*|(?:[A-Za-z0-9._~-]|\{[A-Za-z_][A-Za-z0-9_-]{0,39}\})+))+)$/
const LONGEST = 100

const QUERY_AND_FRAGMENT = /[?#].*/s
const SCHEME_AND_HOST = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/[^/]*/
const SEGMENTS = /[^/]+/g
const MAX_SEGMENTS = 8

/** What a route's own word looks like: `api`, `data-sources`, `v2`. */
const ROUTE_WORD = /^(?:(?!.{33})[a-z]+(?:[-_][a-z]+)*|v[0-9]{1,2})$/
const DECLARED_WORD = /^[A-Za-z0-9._~-]{1,40}$/
const HASH = /^(?=[^a-f]{0,128}[a-f])[0-9a-f]{8,128}$/i

const ID = safe`{id}`
const HASHED = safe`{hash}`

/**
 * A request's path without what tells one request from another, for servers that have no router to ask.
 * Scheme, host, query and fragment go; a segment that isn't a route's word becomes `{id}`, or `{hash}` if it is
 * hexadecimal; after 8 segments or 100 characters comes `*`. Anything but a string is `<unmatched>`.
 *
 * A route's words can't be told from a user's (`/users/jane`). Pass the words that your routes are made of, and
 * nothing else is kept. If you have a router, use `sanitizeRoute` instead.
 */
export function sanitizeEndpoint(path: string, words?: readonly string[]): Safe {
  try {
    return readPath(path, words)
  } catch {
    // A path or a list of wrong types, which only untyped callers can pass.
    return UNMATCHED
  }
}

function readPath(path: string, words: readonly string[] | undefined): Safe {
  if (typeof path !== 'string') return UNMATCHED
  const bare = path.replace(QUERY_AND_FRAGMENT, '').replace(SCHEME_AND_HOST, '')
  let endpoint = safe``
  let count = 0
  for (const [segment] of bare.matchAll(SEGMENTS)) {
    const longer = safe`${endpoint}/${sanitizeSegment(segment, words)}`
    // Two characters stay free for the `/*`.
    if (count === MAX_SEGMENTS || longer.length > LONGEST - 2) return safe`${endpoint}/*`
    endpoint = longer
    count++
  }
  return count === 0 ? safe`/` : endpoint
}

function sanitizeSegment(segment: string, words: readonly string[] | undefined): Safe {
  // Not by `includes`, which a text has as well: of one in place of a list, every part would be kept.
  if (words?.some((word) => word === segment)) return fit(DECLARED_WORD, segment) ?? ID
  if (HASH.test(segment)) return HASHED
  return words === undefined ? (fit(ROUTE_WORD, segment) ?? ID) : ID
}
