import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { clock, endpoints, followAnswer, type NodeResponse, responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/**
 * Follows every request of a Hono application. Register it before all else, so that it also sees what
 * other middleware answers. Behind `@hono/node-server` a request ends when its response closes; elsewhere (Bun,
 * Deno, `app.request()`) when the application has its response, which may be before a stream ends.
 */
export function followRequests(server: FollowedServer): MiddlewareHandler {
  const follow = responseFollower(server, templateOf)
  const endpointOf = endpoints(templateOf)
  const now = clock()
  // Not `async` itself: a promise around the one of `next` costs more than all that is done here.
  return (context, next) => {
    const outgoing = nodeResponseOf(context)
    if (!outgoing)
      return followAnswer(server, now, next, (outcome) => ({
        endpoint: endpointOf(context),
        method: context.req.method,
        statusCode: 'value' in outcome ? context.res.status : 500,
      }))
    follow(outgoing, context.req, context)
    return next()
  }
}

/** What `@hono/node-server` hands to an application beside the request. */
function nodeResponseOf(context: Context): NodeResponse | undefined {
  const { outgoing } = (context.env ?? {}) as { readonly outgoing?: NodeResponse }
  return typeof outgoing?.on === 'function' ? outgoing : undefined
}

/**
 * The template of the route that was asked for: the one that ran last, or the next one after a middleware that
 * answered by itself. Hono counts middleware among the routes, by patterns that end in `*`; one that answered
 * counts as a route, such as `/files/*`, unless it stands for everything or found nothing.
 */
function templateOf(context: Context): string | undefined {
  const routes = matchedRoutes(context)
  const ran = context.req.routeIndex
  const answered = routes[ran]
  // Nearly every request ends here.
  if (answered && isRoute(answered)) return answered.path
  const route = routes.find((one, at) => at > ran && isRoute(one)) ?? routes.findLast(isRoute)
  if (route) return route.path
  if (!answered || statusOf(context) === 404) return undefined
  const isCatchAll = answered.method === 'ALL' && /^\/?\*$/.test(answered.path)
  return isCatchAll ? undefined : answered.path
}

function isRoute({ path }: { readonly path: string }): boolean {
  return !path.endsWith('*')
}

/** `context.res` makes a response where there is none yet, as when the client went away in the middle. */
function statusOf(context: Context): number | undefined {
  return context.finalized ? context.res.status : undefined
}
