import { sanitizeMethod } from '@visivo/sanitize'
import { endpoints } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/**
 * Follows a handler that takes a `Request` and gives a `Response`, such as a Next.js route handler, and gives it
 * back otherwise unchanged. A handler that throws counts as 500. The duration ends when the handler has its
 * response: when the last byte of a stream leaves is not seen here.
 * @param template the route's own, in any usual notation: `/api/cakes/[id]`
 */
export function followHandler<R extends { readonly method: string }, A extends readonly unknown[], S>(
  server: FollowedServer,
  template: string,
  handler: (request: R, ...rest: A) => S | Promise<S>,
): (request: R, ...rest: A) => Promise<S> {
  const endpoint = endpoints<string>((own) => own)(template)
  return async (request, ...rest) => {
    const start = performance.now()
    let statusCode = 500
    try {
      const response = await handler(request, ...rest)
      statusCode = statusOf(response)
      return response
    } finally {
      const method = sanitizeMethod(request.method)
      server.request({ endpoint, method, statusCode, durationMs: performance.now() - start })
    }
  }
}

function statusOf(response: unknown): number {
  const { status } = (response ?? {}) as { readonly status?: unknown }
  return typeof status === 'number' ? status : 200
}
