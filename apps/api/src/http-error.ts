import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** What a client reads when something is wrong. Holds nothing of the request, and no path of the server. */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    /** What to do about it, where there is something to do. */
    readonly hint?: string
  }
}

/** Answers `{ "error": { "message", "hint"? } }` with the status. */
export function httpError(
  c: Context,
  status: ContentfulStatusCode,
  message: string,
  hint?: string,
): Response {
  return c.json(errorBody(message, hint), status)
}

/** The body of `httpError`, for an answer that is given outside of the router. */
export function errorBody(message: string, hint?: string): ErrorBody {
  return { error: hint === undefined ? { message } : { message, hint } }
}
