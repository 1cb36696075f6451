import type { Context, MiddlewareHandler, Next } from 'hono'
import { attempt } from './attempt.ts'
import { clock, endpoints, followAnswer, type NodeResponse, responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/** A request that has no response of Node's to be marked on counts once, too, when it is followed twice. */
const followed = new WeakSet<Context>()

/**
 * Follows every request of a Hono application. Register it before everything else, so that it also sees what
 * other middleware answers. Behind `@hono/node-server` a request ends when its response closes; elsewhere (Bun,
 * Deno, `app.request()`) when the application has its response, which may be before a stream ends.
 */
export function followRequests(server: FollowedServer): MiddlewareHandler {
  // A program without types may have none.
  if (!server || server.isOff) return passOn
  const follow = responseFollower(server, templateOf)
  const endpointOf = endpoints(templateOf)
  const now = clock()
  return (context, next) => {
    const outgoing = nodeResponseOf(context)
    if (outgoing) follow(outgoing, context.req, context)
    if (outgoing || followed.has(context)) return passOn(context, next)
    followed.add(context)
    const work = () => passOn(context, next)
    return followAnswer(server, now, work, (outcome) => ({
      endpoint: endpointOf(context),
      method: context.req.method,
      // A handler that returns nothing has no answer beside middleware: Hono throws behind all of it.
      statusCode: ('value' in outcome && statusOf(context)) || 500,
    }))
  }
}

/**
 * Gives nothing, whatever `next` gives: that is the context, and where a handler forgot its answer Hono would send that in
 * place of it, instead of the application's own error. Not an `async` function, which takes longer.
 */
function passOn(context: Context, next: Next): Promise<void> {
  return next().then(() => (context.finalized ? undefined : answerAsAlone(context)))
}

/**
 * A handler that forgot its answer has found nothing where it stands alone, and is an error of the application beside
 * middleware: for Hono this one is some, and for the application it must be none.
 */
async function answerAsAlone(context: Context): Promise<void> {
  const isAlone = attempt(() => context.req.matchedRoutes.length === 2)
  if (isAlone) context.res = await context.notFound()
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
  // Not by `hono/route`, as Hono would have it: that knows only the requests of its own copy of Hono, and a program in
  // CommonJS has another.
  const routes = context.req.matchedRoutes
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
