import type { IncomingMessage, ServerResponse } from 'node:http'
import { responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/** What `@koa/router` notes on a context. */
interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** The path of the layer that ran last; middleware is a layer too. */
  readonly _matchedRoute?: unknown
  readonly matched?: readonly { readonly path: unknown; readonly methods: readonly string[] }[]
}

/** A middleware, as Koa 3 takes it. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>

/** Follows every request of a Koa application, with the templates of `@koa/router`. Register it first. */
export function followRequests(server: FollowedServer): KoaMiddleware {
  const follow = responseFollower(server, templateOf)
  return (context, next) => {
    follow(context.res, context.req, context)
    return next()
  }
}

/** The route that ran last, or, when the middleware of a router answered by itself, the one it stood before. */
function templateOf({ req, _matchedRoute: ran, matched = [] }: KoaContext): string | undefined {
  if (ran === undefined) return undefined
  const routes = matched.filter(({ methods }) => methods.includes(req.method ?? ''))
  const route = routes.find(({ path }) => path === ran) ?? routes[0]
  return typeof route?.path === 'string' ? route.path : '/*'
}
