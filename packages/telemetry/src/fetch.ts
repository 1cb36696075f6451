import { clock, endpoints, followAnswer } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/**
 * Follows a handler that takes a `Request` and returns a `Response`, such as a Next.js route handler. Returns the handler,
 * otherwise unchanged. A handler that throws counts as 500, unless what it throws is itself an answer: a `Response`, or
 * `redirect()` and `notFound()` of Next 15. The duration ends when the handler has its response, because the last byte of
 * a stream is not seen here. A call without a request, as in a test of the handler, is not counted.
 * @param template the route's own, in any usual notation: `/api/cakes/[id]`
 * @param handler says what it takes: `(request: Request) => …`
 */
export function followHandler<R extends { readonly method: string }, A extends readonly unknown[], S>(
  server: FollowedServer,
  template: string,
  handler: (request: R, ...rest: A) => S | Promise<S>,
): (request: R, ...rest: A) => Promise<S> {
  const endpoint = endpoints<string>((own) => own)(template)
  const now = clock()
  return function (this: unknown, request, ...rest) {
    return followAnswer(
      server,
      now,
      () => handler.call(this, request, ...rest),
      (outcome) => ({
        endpoint,
        method: request.method,
        statusCode: 'value' in outcome ? statusOf(outcome.value) : statusThrown(outcome.thrown),
      }),
    )
  }
}

/** How Next 15 words a redirect and an error page that are thrown; the page of an older one has no number, and is a 500. */
const NEXT_ANSWER = /^NEXT_(?:REDIRECT;.*|HTTP_ERROR_FALLBACK);([1-5]\d\d);?$/

function statusThrown(thrown: unknown): number {
  try {
    if (thrown instanceof Response) return thrown.status
    const { digest } = (thrown ?? {}) as { readonly digest?: unknown }
    return Number((typeof digest === 'string' && NEXT_ANSWER.exec(digest)?.[1]) || 500)
  } catch {
    return 500
  }
}

/** Of what has no status, or can't be asked for it, 200. */
function statusOf(response: unknown): number {
  try {
    const { status } = (response ?? {}) as { readonly status?: unknown }
    return typeof status === 'number' ? status : 200
  } catch {
    return 200
  }
}
