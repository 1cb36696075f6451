import { type Safe, sanitizeMethod, sanitizeRoute, UNMATCHED } from '@visivo/sanitize'
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes, routePath } from 'hono/route'
import type { FollowedServer } from './follow-server.ts'

/**
 * Follows every request of a Hono application. Register it before all else, so that it also sees what
 * other middleware answers.
 */
export function followRequests(server: FollowedServer): MiddlewareHandler {
  const known = new Map<string, Safe>()
  const safe = (template: string): Safe => {
    const found = known.get(template)
    if (found !== undefined) return found
    const made = sanitizeRoute(template)
    // Templates are few; whoever makes them at run time must not fill the memory.
    if (known.size < 1_000) known.set(template, made)
    return made
  }
  return async (context, next) => {
    const start = performance.now()
    await next()
    const template = templateOf(context)
    server.request({
      endpoint: template === undefined ? UNMATCHED : safe(template),
      method: sanitizeMethod(context.req.method),
      statusCode: context.res.status,
      durationMs: performance.now() - start,
    })
  }
}

/**
 * The template of the route that was asked for. Hono counts middleware among the routes, by patterns that end in
 * `*`; one that answered by itself, such as `/files/*`, is a route, unless it stands for everything.
 */
function templateOf(context: Context): string | undefined {
  const route = matchedRoutes(context).findLast(({ path }) => !path.endsWith('*'))
  if (route) return route.path
  const answered = routePath(context)
  return context.res.status === 404 || /^\/?\*$/.test(answered) ? undefined : answered
}
