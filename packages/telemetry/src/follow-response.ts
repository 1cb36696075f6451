import { type Safe, sanitizeMethod, sanitizeRoute, UNMATCHED } from '@visivo/sanitize'
import type { FollowedServer } from './follow-server.ts'
import { hushed } from './hushed.ts'
import { type Limited, makeListenerRoom, makeRoomForGood } from './listener-room.ts'

/** Templates are few; whoever makes them at run time must not fill the memory. */
const MOST_TEMPLATES = 1_000
/** As servers log a request whose client left before it had an answer: no status was sent that could be counted. */
const UNANSWERED = 499
/** Set on a response that is followed: each integration is a bundle of its own, and two may be registered. */
const FOLLOWED: unique symbol = Symbol.for('@visivo/telemetry.followed')

/** What is asked of a response: `ServerResponse` of Node's http, https and http2 has it. */
export interface NodeResponse extends Limited {
  readonly statusCode: number
  /** That of http2, by which an application may answer in place of it, as with a file. */
  readonly stream?: { readonly sentHeaders?: { readonly ':status'?: unknown } }
  /** False as long as nothing of it was sent. */
  readonly headersSent?: boolean
  /** True when its client is gone already. */
  readonly closed?: boolean
  /** Null while another response of the same connection is before it, and when it is over. */
  readonly socket?: unknown
  /** Its `upgrade` is true where a listener for upgrades has taken the connection, and made this response by itself. */
  readonly req?: { readonly socket?: Connection | null; readonly upgrade?: boolean | undefined }
  on(event: 'close', listener: () => void): unknown
  [FOLLOWED]?: true
}

interface Connection extends Limited {
  readonly closed?: boolean
  on(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

/**
 * Follows one response to its end, whether it was sent whole, streamed or aborted. The template is asked for then,
 * because a router finds it only after the first middleware ran. Never throws: what can't be followed isn't.
 * @param request its method counts as it is now
 * @param source handed to `templateOf`
 */
export type FollowResponse<S> = (
  response: NodeResponse,
  request: { readonly method?: string | undefined },
  source: S,
) => void

/**
 * Makes what every integration of a Node framework shares. Each response is counted once, when it closes, with its
 * status as it stands then, or 499 where nobody was answered; following one twice counts it once. Nothing it does throws
 * into the application.
 * @param templateOf the router's own template, never text of the client; nothing or an error is `<unmatched>`
 */
export function responseFollower<S>(
  server: FollowedServer,
  templateOf: (source: S) => string | undefined,
): FollowResponse<S> {
  // A program without types may have none.
  if (!server || server.isOff) return () => {}
  const endpointOf = endpoints(templateOf)
  const now = clock()
  return (response, request, source) => {
    try {
      if (response[FOLLOWED]) return
      response[FOLLOWED] = true
      const { method = '' } = request
      const start = now()
      let isCounted = false
      const count = (isCutOff = false) => {
        if (isCounted) return
        isCounted = true
        try {
          const isUnanswered = isCutOff || isUnsent(response)
          // A WebSocket: its handshake is written to the connection, and not seen here.
          if (isUnanswered && response.req?.upgrade) return
          server.request({
            endpoint: endpointOf(source),
            method: sanitizeMethod(method),
            statusCode: isUnanswered ? UNANSWERED : statusOf(response),
            durationMs: now() - start,
          })
        } catch {
          // Whoever closes a response is not to meet an error of ours.
        }
      }
      // Behind middleware that waits: the router is asked next, and what the application writes now reaches nobody.
      if (response.closed) {
        setImmediate(count, isUnsent(response))
        return
      }
      makeRoomForGood(response)
      response.on('close', () => count())
      // Where its turn has come by then, it is as any other: perhaps a part of it was sent.
      if (response.socket === null) onceCutOff(response, () => count(response.socket === null))
    } catch {
      // A test's response may have no `on`, another may be frozen.
    }
  }
}

function statusOf({ statusCode, stream }: NodeResponse): number {
  const sent = stream?.sentHeaders?.[':status']
  return typeof sent === 'number' ? sent : statusCode
}

/**
 * Node's own word counts, which stands in the class: `@fastify/express` lays one over it that is true only for what
 * Express has sent.
 */
function isUnsent(response: NodeResponse): boolean {
  // Nearly every response ends here.
  if (response.headersSent !== false) return false
  return Reflect.get(Object.getPrototypeOf(response), 'headersSent', response) !== true
}

/**
 * A client may send several requests before it has an answer. Where such a one leaves, Node closes only the response
 * whose turn it was: those behind it, written or not, hear of it from the connection.
 */
function onceCutOff(response: NodeResponse, cutOff: () => void): void {
  const connection = response.req?.socket
  if (!connection) return
  if (connection.closed) {
    setImmediate(cutOff)
    return
  }
  const removeRoom = makeListenerRoom(connection)
  connection.on('close', cutOff)
  makeRoomForGood(response)
  response.on('close', () => {
    connection.off('close', cutOff)
    removeRoom()
  })
}

/** What is known of an answer where no response of Node's is at hand. */
interface Answer {
  readonly endpoint: Safe
  readonly method: string
  readonly statusCode: number
}

/** What work came to. */
type Outcome<T> = { readonly value: T } | { readonly thrown: unknown }

/**
 * Counts one answer as it is given. What `work` throws counts as `answerOf` says of it, and is thrown on.
 * @param now see `clock`
 */
export async function followAnswer<T>(
  server: FollowedServer,
  now: () => number,
  work: () => T | Promise<T>,
  answerOf: (outcome: Outcome<T>) => Answer,
): Promise<T> {
  const start = now()
  let outcome: Outcome<T> = { thrown: undefined }
  try {
    const value = await work()
    outcome = { value }
    return value
  } catch (thrown) {
    outcome = { thrown }
    throw thrown
  } finally {
    try {
      const { method, ...answer } = answerOf(outcome)
      server.request({ ...answer, method: sanitizeMethod(method), durationMs: now() - start })
    } catch {
      // The application's own answer or error goes on to whoever called.
    }
  }
}

/** Gives the time in milliseconds. It stands still, and every duration is 0, where the host took `performance` away. */
export function clock(): () => number {
  // Kept, because the global is a getter.
  const own = typeof performance === 'undefined' ? { now: () => 0 } : performance
  return () => {
    try {
      return own.now()
    } catch {
      return 0
    }
  }
}

/**
 * Remembers each template's safe form. The function it gives never throws: a framework's internals, or the
 * application's own function, may hold anything.
 */
export function endpoints<S>(templateOf: (source: S) => string | undefined): (source: S) => Safe {
  const known = new Map<string, Safe>()
  return (source) => {
    try {
      const template = templateOf(source)
      if (typeof template !== 'string') {
        hushed(template)
        return UNMATCHED
      }
      const found = known.get(template)
      if (found !== undefined) return found
      const safe = sanitizeRoute(template)
      if (known.size < MOST_TEMPLATES) known.set(template, safe)
      return safe
    } catch {
      return UNMATCHED
    }
  }
}
