import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FollowedServer } from '../src/follow-server.ts'
import type { RequestFacts } from '../src/request-meter.ts'

/** A bakery's API in one framework, on a free port of loopback. */
export interface Bakery {
  readonly port: number
  close(): Promise<unknown>
}

/** What ties the routes that don't end by themselves to a test. */
export interface Oven {
  /** Resolves when the test lets `/stream` finish. */
  readonly done: Promise<void>
  /** Called by `/silent`, which never answers. */
  readonly reached: () => void
}

/** Makes the same application in one framework; see `ROUTES`. */
export type StartBakery = (server: FollowedServer, oven: Oven) => Promise<Bakery>

/**
 * What every bakery has:
 * `GET /cakes`, `POST /cakes` (201), `GET /cakes/:id`; below a mounted router with a parameter of its own
 * `GET /shops/:shop/orders/:order` and `GET /shops/:shop/broken`, which throws; `GET /broken`, which throws;
 * `GET /stream`, two chunks, the second when the oven is done; `GET /half`, a chunk and no end;
 * `GET /silent`, nothing at all; `GET /files/*`; `GET /vault/:key`, which a middleware answers with 401.
 */
type Row = readonly [sentence: string, method: string, path: string, expected: Expected]
type Expected = readonly [status: number, endpoint: string]

const ROWS: readonly Row[] = [
  ['a route without a parameter', 'GET', '/cakes', [200, '/cakes']],
  ['a route with one: its value is not kept', 'GET', '/cakes/jane', [200, '/cakes/{id}']],
  ['a query goes', 'GET', '/cakes/7?token=s3cret', [200, '/cakes/{id}']],
  ['another method of the same path', 'POST', '/cakes', [201, '/cakes']],
  ['HEAD is answered by GET', 'HEAD', '/cakes/7', [200, '/cakes/{id}']],
  ['a mounted router', 'GET', '/shops/soho/orders/9', [200, '/shops/{shop}/orders/{order}']],
  ['an error in it', 'GET', '/shops/soho/broken', [500, '/shops/{shop}/broken']],
  ['an error', 'GET', '/broken', [500, '/broken']],
  ['a wildcard', 'GET', '/files/jane/cv.pdf', [200, '/files/*']],
  ['a middleware that answers in place of the route', 'GET', '/vault/s3cret', [401, '/vault/{key}']],
  ['no such path', 'GET', '/jane@example.com', [404, '<unmatched>']],
  ['no such path below a mounted router', 'GET', '/shops/soho/jane', [404, '<unmatched>']],
  ['no such method', 'PUT', '/cakes/7', [404, '<unmatched>']],
  ['a method that is none of HTTP, or not here', 'PROPFIND', '/cakes', [404, '<unmatched>']],
  ['an encoded path', 'GET', '/cakes/%6Aane', [200, '/cakes/{id}']],
]

/**
 * Holds one framework's integration against the table that all of them share.
 * @param differs the rows, by their sentence, in which the framework itself behaves otherwise
 */
export function testBakery(
  framework: string,
  start: StartBakery,
  differs: Readonly<Record<string, Expected>> = {},
): void {
  describe(framework, () => {
    const counted = new Counted()
    let finish = () => {}
    let reached = () => {}
    const silence = new Promise<void>((resolve) => {
      reached = resolve
    })
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    let bakery: Bakery
    let asked = 0
    const ask = (method: string, path: string): ClientRequest => {
      asked += 1
      return requestHttp({ host: '127.0.0.1', port: bakery.port, method, path }).end()
    }
    beforeAll(async () => {
      bakery = await start(counted, { done, reached })
    })
    afterAll(() => bakery.close())

    test.each(ROWS)('%s', async (sentence, method, path, usual) => {
      const [statusCode, endpoint] = differs[sentence] ?? usual
      const [response] = (await once(ask(method, path), 'response')) as [IncomingMessage]
      await once(response.resume(), 'end')
      expect(response.statusCode).toBe(statusCode)
      const known = ['GET', 'POST', 'PUT', 'HEAD'].includes(method) ? method : 'OTHER'
      expect(await counted.next()).toMatchObject({ endpoint, method: known, statusCode })
    })

    test('a streamed response counts when its last byte is out', async () => {
      const [response] = (await once(ask('GET', '/stream'), 'response')) as [IncomingMessage]
      await once(response, 'data')
      expect(counted.size).toBe(0)
      finish()
      await once(response.resume(), 'end')
      expect(await counted.next()).toMatchObject({ endpoint: '/stream', method: 'GET', statusCode: 200 })
    })

    test('a client that goes in the middle of the response', async () => {
      const request = ask('GET', '/half')
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      response.on('error', () => {})
      await once(response, 'data')
      request.destroy()
      expect(await counted.next()).toMatchObject({ endpoint: '/half', method: 'GET', statusCode: 200 })
    })

    test('a client that goes before there is a response', async () => {
      const request = ask('GET', '/silent')
      request.on('error', () => {})
      await silence
      request.destroy()
      expect(await counted.next()).toMatchObject({ endpoint: '/silent', method: 'GET', statusCode: 499 })
    })

    test('every request was counted once, with a duration', () => {
      expect(counted.all).toHaveLength(asked)
      for (const { durationMs } of counted.all) expect(durationMs).toBeGreaterThanOrEqual(0)
    })
  })
}

/** Notes what a server would count. */
class Counted implements FollowedServer {
  readonly all: RequestFacts[] = []
  readonly #queue: RequestFacts[] = []
  readonly #waiting: ((facts: RequestFacts) => void)[] = []

  get size(): number {
    return this.#queue.length
  }

  request(facts: RequestFacts): void {
    this.all.push(facts)
    const waiting = this.#waiting.shift()
    if (waiting) waiting(facts)
    else this.#queue.push(facts)
  }

  next(): Promise<RequestFacts> {
    const first = this.#queue.shift()
    return first ? Promise.resolve(first) : new Promise((resolve) => this.#waiting.push(resolve))
  }

  async close(): Promise<void> {}
}
