import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { attempt } from '../attempt.ts'
import { LONGEST_TIMER } from '../longest-timer.ts'

/** An event as it arrived. */
export interface ReceivedEvent {
  readonly event: string
  readonly distinct_id: string
  readonly uuid: string
  readonly timestamp: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** How the receiver misbehaves towards its clients; whatever is left out works as it should. */
export interface Misbehaviour {
  /** Answers with this status; only a batch that is answered with 2xx counts as received. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Answers only after so many milliseconds. */
  readonly delay?: number
  /** `silence`: never answers; `half`: begins an answer and never ends it; `drop`: closes the connection. */
  readonly instead?: 'silence' | 'half' | 'drop'
  /** Accepts the batch all the same, but the client can't know that it arrived. */
  readonly keeps?: boolean
  /** Misbehaves for the first so many requests, then behaves. */
  readonly requests?: number
  /** Misbehaves only towards batches for which this says so, such as one that holds a certain event. */
  readonly towards?: (batch: readonly ReceivedEvent[]) => boolean
}

/** A server on loopback that speaks PostHog's `/batch/` and keeps what it gets. */
export interface Receiver {
  /** Its address, to be used as the PostHog host. */
  readonly url: string
  /** Every event of every batch that was accepted, in the order of arrival, doubles included. */
  readonly events: readonly ReceivedEvent[]
  /** The decompressed body of every request, accepted or not. */
  readonly bodies: readonly string[]
  /** How many connections were ever opened. */
  readonly connections: number
  /** Misbehaves in this way from now on; without an argument, behaves well again. */
  misbehave(how?: Misbehaviour): void
  /** Resolves with all accepted events once there are `count` different ones (by uuid). Rejects after `patience` milliseconds. */
  received(count: number, patience?: number): Promise<readonly ReceivedEvent[]>
  /** Resolves once so many requests came in, whatever became of them. */
  requested(count: number, patience?: number): Promise<void>
  /** Forgets what it got. */
  clear(): void
  close(): Promise<void>
}

/**
 * Starts a receiver on a free port of 127.0.0.1.
 * @param options `port` for a fixed one, so that a receiver can come back where one was
 */
export async function startReceiver(options: { readonly port?: number } = {}): Promise<Receiver> {
  const kept = new Kept()
  const server = createServer((request, response) => void answer(kept, request, response))
  server.on('connection', () => {
    kept.connections += 1
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    get events() {
      return kept.events
    },
    get bodies() {
      return kept.bodies
    },
    get connections() {
      return kept.connections
    },
    misbehave: (how = {}) => {
      kept.how = how
      kept.left = how.requests ?? Number.POSITIVE_INFINITY
    },
    received: async (count, patience = 15_000) => {
      await kept.until(
        () => new Set(kept.events.map(({ uuid }) => uuid)).size >= count,
        patience,
        `${count} events`,
      )
      return kept.events
    },
    requested: (count, patience = 15_000) =>
      kept.until(() => kept.bodies.length >= count, patience, `${count} requests`),
    clear: () => kept.clear(),
    close: async () => {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What a receiver has got so far, and who waits for more. */
class Kept {
  events: ReceivedEvent[] = []
  bodies: string[] = []
  connections = 0
  how: Misbehaviour = {}
  left = Number.POSITIVE_INFINITY
  readonly #waiting = new Set<() => void>()

  changed(): void {
    for (const look of this.#waiting) look()
  }

  until(come: () => boolean, patience: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!come()) return
        this.#waiting.delete(look)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(
        () => {
          this.#waiting.delete(look)
          reject(
            new Error(
              `no ${what} in ${patience} ms; got ${this.events.length} in ${this.bodies.length} requests`,
            ),
          )
        },
        Math.min(patience, LONGEST_TIMER),
      )
      this.#waiting.add(look)
      look()
    })
  }

  clear(): void {
    this.events = []
    this.bodies = []
    this.connections = 0
  }
}

async function answer(kept: Kept, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A client that goes away in the middle is one of the cases under test.
  const body = await readBody(request).catch(() => undefined)
  if (body === undefined) return
  const batch = request.method === 'POST' && request.url === '/batch/' ? parseBatch(body) : undefined
  const bad = kept.left > 0 && (kept.how.towards?.(batch ?? []) ?? true)
  if (bad) kept.left -= 1
  const how: Misbehaviour = bad ? kept.how : {}
  kept.bodies.push(body)
  if (batch && how.keeps) kept.events.push(...batch)
  kept.changed()
  if (how.instead === 'silence') return
  if (how.instead === 'drop') return void request.socket.destroy()
  if (how.delay) await new Promise((resolve) => setTimeout(resolve, how.delay).unref())
  if (how.instead === 'half') return void response.writeHead(200, { 'content-length': '100' }).write('{')
  const status = how.status ?? (batch ? 200 : 400)
  if (batch && !how.keeps && status >= 200 && status < 300) kept.events.push(...batch)
  response.writeHead(status, { 'content-type': 'application/json', ...how.headers })
  response.end(status < 300 ? '{"status":"Ok"}' : '{}')
  kept.changed()
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const bytes = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')
}

function parseBatch(body: string): readonly ReceivedEvent[] | undefined {
  const batch = attempt(() => (JSON.parse(body) as { batch?: unknown }).batch)
  return Array.isArray(batch) ? batch : undefined
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
