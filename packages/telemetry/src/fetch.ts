import { clock, endpoints, followAnswer } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/**
 * Follows a handler that takes a `Request` and gives a `Response`, such as a Next.js route handler, and gives it
 * back otherwise unchanged. A handler that throws counts as 500. The duration ends when the handler has its
 * response: when the last byte of a stream leaves is not seen here. A call without a request, as in a test of the
 * handler, is not counted.
 * @param template the route's own, in any usual notation: `/api/cakes/[id]`
 */
export function followHandler<R extends { readonly method: string }, A extends readonly unknown[], S>(
  server: FollowedServer,
  template: string,
  handler: (request: R, ...rest: A) => S | Promise<S>,
): (request: R, ...rest: A) => Promise<S> {
  const endpoint = endpoints<string>((own) => own)(template)
  const now = clock()
  return (request, ...rest) =>
    followAnswer(
      server,
      now,
      () => handler(request, ...rest),
      (given) => ({ endpoint, method: request.method, statusCode: given ? statusOf(given.value) : 500 }),
    )
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
