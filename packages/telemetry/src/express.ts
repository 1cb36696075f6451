import type { IncomingMessage, ServerResponse } from 'node:http'
import { type App, type RoutedRequest, templateOf } from './express-template.ts'
import { responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'

/** A middleware, as Express 5 takes it. */
export type ExpressMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/** A request as it comes in: later, it may be in an application that is mounted in this one. */
interface Arrived {
  readonly request: RoutedRequest
  readonly app: App | undefined
}

/**
 * Follows every request of an Express application. Register it before everything else, so that it also sees what other
 * middleware answers. Routes of a router mounted by `app.use(path, router)` include the path it was mounted with.
 */
export function followRequests(server: FollowedServer): ExpressMiddleware {
  const follow = responseFollower(server, ({ request, app }: Arrived) => templateOf(request, app))
  return (request: RoutedRequest & IncomingMessage, response, next) => {
    follow(response, request, { request, app: request.app })
    next()
  }
}
