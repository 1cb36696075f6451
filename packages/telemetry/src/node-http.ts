import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { sanitizeEndpoint } from '@visivo/sanitize'
import { attempt } from './attempt.ts'
import { type NodeResponse, responseFollower } from './follow-response.ts'
import type { FollowedServer } from './follow-server.ts'
import { type Limited, makeRoomForGood } from './listener-room.ts'

/** How a server without a router says what was asked for. Without either, every endpoint is `<unmatched>`. */
export interface NodeHttpOptions {
  /**
   * Gives the template of the route that took a request, such as `/cakes/:id`, or nothing if none did. Called when the
   * response ends. The template must come from the program: text of the request would be collected.
   */
  readonly template?: (request: IncomingMessage) => string | undefined
  /** The words that the program's paths are made of, such as `['cakes', 'orders']`; all others become `{id}`. */
  readonly words?: readonly string[]
}

/** What requests arrive at: a server of `node:http`, `node:https` or `node:http2`. */
interface NodeServer extends Limited {
  listeners(event: string): readonly unknown[]
  prependListener(event: string, listener: RequestListener): unknown
  on(event: 'newListener', listener: (event: string) => void): unknown
}

/** A request as it comes in: later, its `url` may lack what middleware was mounted with, as in Connect and Polka. */
interface Arrived {
  readonly request: IncomingMessage
  readonly url: string | undefined
}

/** How a request arrives; by the other two only one with a header `Expect`, and only where somebody listens. */
const ARRIVALS = ['request', 'checkContinue', 'checkExpectation']

/**
 * Follows every request of a server, whoever answers it. Call it before the server listens. What a server of `node:http2`
 * answers by its streams, without a listener for requests, is not counted.
 */
export function followRequests(
  server: FollowedServer,
  httpServer: NodeServer,
  options: NodeHttpOptions = {},
): void {
  // A program without types may have none.
  if (!server || server.isOff) return
  // Nor a server: what follows nothing must not end it where telemetry is on.
  attempt(() => {
    makeRoomForGood(httpServer)
    const follow = follower(server, options)
    // Only where the program listens, too: a first listener keeps Node from answering an expectation by itself, and a
    // server of http2 that answers by its streams would have each of them taken by a second hand.
    // Engine.IO takes all listeners away and adds its own, and so does who exchanges an application while it runs.
    let isAdding = false
    const followArrival = (arrival: string) => {
      if (isAdding || httpServer.listeners(arrival).includes(follow)) return
      isAdding = true
      httpServer.prependListener(arrival, follow)
      isAdding = false
    }
    for (const arrival of ARRIVALS) if (httpServer.listeners(arrival).length > 0) followArrival(arrival)
    httpServer.on('newListener', (arrival) => {
      if (ARRIVALS.includes(arrival)) followArrival(arrival)
    })
  })
}

/** The same for a single listener, where there is no server to attach to. Returns a listener that is followed. */
export function followListener<R extends IncomingMessage, S extends ServerResponse>(
  server: FollowedServer,
  listener: (request: R, response: S) => void,
  options: NodeHttpOptions = {},
): (request: R, response: S) => void {
  const follow = follower(server, options)
  // A listener may ask for its server by `this`.
  return function (this: unknown, request, response) {
    follow(request, response)
    return listener.call(this, request, response)
  }
}

function follower(
  server: FollowedServer,
  options: NodeHttpOptions,
): (request: IncomingMessage, response: NodeResponse) => void {
  // A program without types may hand over null.
  const { template, words } = options ?? {}
  const templateOf = ({ request, url }: Arrived): string | undefined => {
    if (template) return template(request)
    return words && sanitizeEndpoint(url ?? '', words)
  }
  const follow = responseFollower(server, templateOf)
  return (request, response) => follow(response, request, { request, url: request.url })
}
