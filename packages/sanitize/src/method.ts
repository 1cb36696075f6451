import { type Safe, safe } from './safe.ts'

const OTHER_METHOD = safe`OTHER`

/** Every text that `sanitizeMethod` can give. */
export const METHODS: readonly Safe[] = [
  safe`GET`,
  safe`HEAD`,
  safe`POST`,
  safe`PUT`,
  safe`PATCH`,
  safe`DELETE`,
  safe`OPTIONS`,
  safe`CONNECT`,
  safe`TRACE`,
  OTHER_METHOD,
]

const BY_NAME: ReadonlyMap<string, Safe> = new Map(METHODS.map((method) => [method, method]))

/** An HTTP method in capitals, however it was written; what isn't one of HTTP's own is `OTHER`. */
export function sanitizeMethod(method: string): Safe {
  if (typeof method !== 'string') return OTHER_METHOD
  // Servers have it in capitals already, and making them anew costs a request more than all that follows.
  return BY_NAME.get(method) ?? BY_NAME.get(method.toUpperCase()) ?? OTHER_METHOD
}
