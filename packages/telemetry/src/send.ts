import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { gzipSync } from 'node:zlib'
import type { Destination } from '@visivo/telemetry-config'
import { PostHog, type PostHogOptions } from 'posthog-node'
import { codeOf } from './code-of.ts'
import { firstOf } from './first-of.ts'
import { KEY_REFUSED, NO_POSTHOG } from './in-words.ts'
import { EACH_ADDRESS, lookupWithDeadline } from './lookup.ts'
import type { WireEvent } from './wire.ts'

/** What became of one request. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** The server will never take this batch as it is. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The server was not reached, or asks to come back: nothing is lost by waiting. */
  | { readonly kind: 'later'; readonly reason: string; readonly retryAfter?: number }
  /** The server was reached, and not a word was said: it may not go any more. */
  | { readonly kind: 'withheld' }

/** Thrown where it may not go any more. */
class Withheld extends Error {}

interface Carried {
  readonly status: number
  readonly retryAfter?: string | undefined
  /** When the server answered, by its own clock. */
  readonly date?: string | undefined
  /** What came is a page for people, as of a portal, a login or a site that answers everything: no PostHog took it. */
  readonly isPage?: boolean
}

/** One request, from the name of the host to the last byte of the answer, in milliseconds. */
export const REQUEST_DEADLINE = 10_000

/** A batch that is malformed or too large; a smaller one may do better. Every other failure is for later. */
const REFUSED = [400, 413, 422]
/** What a web server says of a path that it doesn't have, or has elsewhere: redirects are not followed. */
const NOT_THERE = [301, 302, 303, 307, 308, 404, 405, 410]

/** That of UTF-8, each byte a character. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf'
const PADDING = new RegExp(`^(?:\\s|${BYTE_ORDER_MARK})+`)

/**
 * The only way out of the machine for an event. Sends one batch and says what became of it. Never rejects.
 *
 * posthog-node shapes the batch; `carry` takes it there and keeps the server's answer, because the SDK would drop a batch
 * after its retries, follow a redirect into losing it, and write to the console. So the SDK is always told "200", and a
 * client lives for one batch.
 * @param mayGo asked when the server is reached, before a word is said: that may take seconds, and somebody opted out
 */
export async function send(
  events: readonly WireEvent[],
  destination: Destination,
  signal: AbortSignal,
  mayGo: () => boolean,
): Promise<Verdict> {
  const answer: { carried?: Carried; failure?: unknown } = {}
  const client = createClient(destination.apiKey, {
    host: destination.host,
    flushAt: events.length + 1,
    flushInterval: 0,
    fetchRetryCount: 0,
    requestTimeout: REQUEST_DEADLINE + 1_000,
    disableGeoip: true,
    isServer: false,
    fetch: async (url, options) => {
      try {
        const body = gzipSync(textOf(options.body))
        const headers = { ...options.headers, 'Content-Encoding': 'gzip' }
        answer.carried = await carry({ url, headers, body, mayGo }, signal)
      } catch (error) {
        answer.failure = error
      }
      return { status: 200, text: async () => '', json: async () => ({}) }
    },
  })
  try {
    for (const { event, uuid, timestamp, distinct_id, properties } of events)
      client.capture({ event, uuid, timestamp: new Date(timestamp), distinctId: distinct_id, properties })
    await client.flush()
  } catch (error) {
    answer.failure ??= error
  }
  return verdictOf(answer)
}

/**
 * posthog-node takes a person's own `POSTHOG_CAPTURE_MODE` for its own, and then sends elsewhere, in another form and
 * without parts of the mask. Our couriers have no such variable; whoever sends in a process of their own may.
 *
 * Nor does it find anything to compress with: it would do so by `Response`, with which Node 20 loads a parser in
 * WebAssembly. Where address space is limited (`ulimit -v`), that fails in a promise that nobody listens to, and ends
 * a courier in the middle of its request.
 */
function createClient(apiKey: string, options: PostHogOptions): PostHog {
  const { POSTHOG_CAPTURE_MODE: asked } = process.env
  const compression = Object.getOwnPropertyDescriptor(globalThis, 'CompressionStream')
  delete process.env.POSTHOG_CAPTURE_MODE
  Reflect.deleteProperty(globalThis, 'CompressionStream')
  try {
    return new PostHog(apiKey, options)
  } finally {
    if (asked !== undefined) process.env.POSTHOG_CAPTURE_MODE = asked
    if (compression) Object.defineProperty(globalThis, 'CompressionStream', compression)
  }
}

function verdictOf(answer: { carried?: Carried; failure?: unknown }): Verdict {
  if (answer.failure instanceof Withheld) return { kind: 'withheld' }
  if (answer.carried === undefined) return { kind: 'later', reason: describe(answer.failure) }
  const { status, isPage } = answer.carried
  const reason = `the server answered ${status}`
  if (isSuccess(status) && isPage)
    return { kind: 'later', reason: `${reason} with a web page: ${NO_POSTHOG}` }
  if (isSuccess(status)) return { kind: 'accepted' }
  if (REFUSED.includes(status)) return { kind: 'refused', reason }
  const wait = millisecondsOf(answer.carried)
  const later = { kind: 'later', reason: `${reason}${meaningOf(status)}` } as const
  return wait === undefined ? later : { ...later, retryAfter: wait }
}

/** What a status says of key or address, where it says anything. */
function meaningOf(status: number): string {
  if (status === 401 || status === 403) return `: ${KEY_REFUSED}`
  return NOT_THERE.includes(status) ? `: ${NO_POSTHOG}` : ''
}

interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly mayGo: () => boolean
}

/**
 * Posts the bytes, follows no redirect, and waits for the whole of a good answer, at most until the deadline; of any
 * other its head says all.
 */
function carry({ url, headers, body, mayGo }: Post, outer: AbortSignal): Promise<Carried> {
  const end = firstOf([outer])
  const deadline = setTimeout(end.abort, REQUEST_DEADLINE)
  return new Promise<Carried>((resolve, reject) => {
    const secure = url.startsWith('https:')
    let heard: IncomingMessage | undefined
    const outgoing = (secure ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'Content-Length': String(body.byteLength), Connection: 'close' },
        lookup: lookupWithDeadline,
        ...EACH_ADDRESS,
        signal: end.signal,
        // The process's own agent keeps a connection for the next batch that it has asked the server to close, and may be a
        // proxy's.
        agent: false,
      },
      (response) => {
        heard = response
        hear(response).then(resolve, reject)
        if (isSuccess(statusOf(response))) return
        // What follows changes nothing, and many a server breaks off behind a refusal, or never gets to its end.
        resolve(headOf(response))
        outgoing.destroy()
      },
    )
    // Too short a length was stated: what follows a whole answer is no failure of it.
    outgoing.on('error', (error) => heard?.complete || reject(error))
    // Nobody asked for it, and Node says nothing more of such an answer.
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve({ status: 101 })
    })
    outgoing.on('socket', (socket) => {
      const speak = () => (mayGo() ? outgoing.end(body) : outgoing.destroy(new Withheld()))
      if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', speak)
      else speak()
    })
  }).finally(() => {
    clearTimeout(deadline)
    end.release()
  })
}

/** The whole answer of a server. Rejects where it breaks off. */
function hear(response: IncomingMessage): Promise<Carried> {
  return new Promise((resolve, reject) => {
    let start = ''
    response.on('data', (part: Buffer) => {
      if (start.length < BYTE_ORDER_MARK.length) start = unpadded(start + part.toString('latin1'))
    })
    response.on('error', (error) => response.complete || reject(error))
    // Always the last event, and not `end`: an answer may be whole, and its connection already broken.
    response.on('close', () => {
      if (!response.complete) reject(new Error('broken off'))
      const isPage = start.startsWith('<') || isCompressedPage(response)
      resolve({ ...headOf(response), isPage })
    })
    response.resume()
  })
}

/** What a text begins with that is read byte by byte: a page may have white space and a byte order mark before its `<`. */
function unpadded(text: string): string {
  return text.replace(PADDING, '')
}

/** Nobody asked for one, so it is not read; PostHog's own answers are JSON. */
function isCompressedPage({ headers }: IncomingMessage): boolean {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers
  return encoding !== 'identity' && /^\s*(?:text\/html|application\/xhtml)/i.test(type)
}

function headOf(response: IncomingMessage): Carried {
  const { date, 'retry-after': retryAfter } = response.headers
  return { status: statusOf(response), retryAfter, date }
}

function statusOf({ statusCode = 0 }: IncomingMessage): number {
  return statusCode
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** Bytes would be what the SDK has compressed itself: compressed once more, no server could read them. */
function textOf(body: unknown): string {
  if (typeof body !== 'string') throw new Error('the SDK compressed by itself')
  return body
}

/** `Retry-After` in milliseconds: seconds, or a date by the server's clock. Ours may be hours behind it. */
function millisecondsOf({ retryAfter, date = '' }: Carried): number | undefined {
  if (retryAfter === undefined) return undefined
  const seconds = Number(retryAfter)
  const now = Date.parse(date) || Date.now()
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(retryAfter) - now
  return wait > 0 ? wait : undefined
}

/** A failure in a few words: an error's code, which names neither a host nor a person. */
function describe(failure: unknown): string {
  const code = codeOf(failure)
  if (code === 'ABORT_ERR') return 'the server did not answer in time'
  return code === undefined ? 'the server was not reached' : `the server was not reached (${code})`
}
