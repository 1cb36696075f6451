import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { getRequestListener } from '@hono/node-server'
import { Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, test } from 'vitest'
import { testBakery } from '../test/http-cases.ts'
import { listen } from '../test/listen.ts'
import type { FollowedServer } from './follow-server.ts'
import { followRequests } from './hono.ts'
import type { RequestFacts } from './request-meter.ts'

testBakery('hono', async (server, oven) => {
  const app = new Hono()
  app.use(followRequests(server))
  app.use('/vault/*', async (context) => context.body(null, 401))
  app.get('/vault/:key', (context) => context.text(''))
  app.get('/cakes', (context) => context.json([]))
  app.post('/cakes', (context) => context.body(null, 201))
  app.get('/cakes/:id', (context) => context.text('cake'))
  app.get('/broken', () => {
    throw new TypeError('jane@example.com')
  })
  app.get('/files/*', (context) => context.text('file'))
  app.get('/stream', () => {
    const body = async function* () {
      yield 'one'
      await oven.done
      yield 'two'
    }
    return new Response(streamOf(body()))
  })
  app.get('/half', () => {
    const body = async function* () {
      yield 'one'
      await new Promise(() => {})
    }
    return new Response(streamOf(body()))
  })
  app.get('/silent', () => {
    oven.reached()
    return new Promise<Response>(() => {})
  })
  const shops = new Hono()
  shops.get('/orders/:order', (context) => context.json({}))
  shops.get('/broken', () => {
    throw new Error('jane@example.com')
  })
  app.route('/shops/:shop', shops)
  app.onError((_error, context) => context.text('sorry', 500))
  return listen(createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false })))
})

describe('the template of a Hono route, without a server', () => {
  const ok = () => new Response()
  const refuse = async () => new Response(null, { status: 402 })
  const pass = async (_context: unknown, next: () => Promise<void>) => next()
  test.each<[string, (app: Hono) => unknown, string, Partial<RequestFacts>]>([
    ['a route', (app) => app.get('/a/:b', ok), '/a/jane', { endpoint: safe('/a/{b}'), statusCode: 200 }],
    [
      'the first of two routes that match answers',
      (app) => app.get('/a/:b', ok).get('/a/me', ok),
      '/a/me',
      { endpoint: safe('/a/{b}') },
    ],
    [
      'a mounted application of another kind',
      (app) => app.mount('/old', () => new Response()),
      '/old/jane',
      { endpoint: safe('/old/*') },
    ],
    [
      'a middleware that stands for everything is no route',
      (app) => app.use(async () => new Response(null, { status: 403 })),
      '/jane',
      { endpoint: safe('<unmatched>'), statusCode: 403 },
    ],
    ['a route that does', (app) => app.get('*', ok), '/jane', { endpoint: safe('/*') }],
    [
      'a handler that passes on, and nobody takes it',
      (app) => app.get('/a/:b', pass),
      '/a/jane',
      { endpoint: safe('/a/{b}'), statusCode: 404 },
    ],
    [
      'a middleware that answers behind the only route',
      (app) => app.get('/a/:b', pass).use('/a/*', refuse),
      '/a/jane',
      { endpoint: safe('/a/{b}'), statusCode: 402 },
    ],
    [
      'a middleware that answers between two routes stands before the second',
      (app) => app.get('/a/:b', pass).use('/a/*', refuse).get('/a/:c', ok),
      '/a/jane',
      { endpoint: safe('/a/{c}'), statusCode: 402 },
    ],
    [
      'what an application does not catch',
      (app) =>
        app.get('/a', () => {
          // Hono passes on what is no Error.
          throw 'jane@example.com'
        }),
      '/a',
      { endpoint: safe('/a'), statusCode: 500 },
    ],
    [
      'the same behind middleware that had an answer ready',
      (app) =>
        app
          .use(async (context, next) => {
            context.res = new Response('cake')
            await next()
          })
          .get('/a', () => {
            throw 'jane@example.com'
          }),
      '/a',
      { endpoint: safe('/a'), statusCode: 500 },
    ],
    [
      'a handler that forgot its answer is a failure, for which Hono answers behind all middleware',
      (app) =>
        app
          .onError((_error, context) => context.text('broken', 500))
          .use(passOn)
          .get('/a/:b', async () => {}),
      '/a/jane',
      { endpoint: safe('/a/{b}'), statusCode: 500 },
    ],
    [
      'a handler that forgot its answer, and stands alone, has found nothing',
      (app) => app.get('/a/:b', async () => {}),
      '/a/jane',
      { endpoint: safe('/a/{b}'), statusCode: 404 },
    ],
    [
      'an answer of its own for what is not found',
      (app) => app.notFound((context) => context.text('gone', 410)),
      '/jane',
      { endpoint: safe('<unmatched>'), statusCode: 410 },
    ],
  ])('%s', async (_sentence, build, path, expected) => {
    const all: RequestFacts[] = []
    const app = new Hono()
    app.use(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
    build(app)
    await Promise.resolve(app.request(path)).catch(() => {})
    expect(all).toEqual([expect.objectContaining(expected)])
  })
})

describe('a handler that forgot its answer is answered as if nobody followed its application', () => {
  const server = { request: () => {}, close: async () => {} }
  const build = (app: Hono, middleware: readonly MiddlewareHandler[]) => {
    for (const one of middleware) app.use(one)
    app.get('/cakes', async () => {})
    app.notFound((context) => context.text('not here', 410))
    return app.onError((_error, context) => context.text('its own', 503))
  }
  test.each<[string, readonly MiddlewareHandler[], FollowedServer, readonly [number, string]]>([
    ['followed, beside middleware', [passOn], server, [503, 'its own']],
    ['with telemetry off, beside middleware', [passOn], { ...server, isOff: true }, [503, 'its own']],
    ['followed, and alone', [], server, [410, 'not here']],
    ['with telemetry off, and alone', [], { ...server, isOff: true }, [410, 'not here']],
  ])('%s', async (_sentence, middleware, followed, expected) => {
    const answers = [new Hono(), new Hono().use(followRequests(followed))].map(async (app) => {
      const { fetch: answer, request } = build(app, middleware)
      const { port, close } = await listen(
        createServer(getRequestListener(answer, { overrideGlobalObjects: false })),
      )
      const both = [await fetch(`http://127.0.0.1:${port}/cakes`), await request('/cakes')]
      const seen = await Promise.all(both.map(async (one) => [one.status, await one.text()]))
      await close()
      return seen
    })
    const [alone, beside] = await Promise.all(answers)
    expect(beside).toEqual(alone)
    expect(beside).toEqual([expected, expected])
  })
})

test('an application in CommonJS, which has a Hono of its own, is told the templates of its routes', async () => {
  const all: RequestFacts[] = []
  const { Hono: OwnHono }: typeof import('hono') = createRequire(import.meta.url)('hono')
  const app = new OwnHono()
  app.use(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
  app.get('/cakes/:id', (context) => context.text('cake'))
  await app.request('/cakes/jane')
  expect(OwnHono).not.toBe(Hono)
  expect(all).toMatchObject([{ endpoint: '/cakes/{id}', statusCode: 200 }])
})

test('a part that is followed as well as its whole counts a request once, also without a server of Node', async () => {
  const all: RequestFacts[] = []
  const server = { request: (facts: RequestFacts) => void all.push(facts), close: async () => {} }
  const part = new Hono().use(followRequests(server)).get('/:id', (context) => context.text('cake'))
  const app = new Hono().use(followRequests({ ...server, isOff: true })).use(followRequests(server))
  await app.route('/cakes', part).request('/cakes/jane')
  expect(all).toMatchObject([{ endpoint: '/cakes/{id}', statusCode: 200 }])
})

/** A middleware such as an application has of its own. */
async function passOn(_context: unknown, next: () => Promise<void>): Promise<void> {
  await next()
}

/** The text of an expectation: at run time a safe text is an ordinary string. */
function safe(text: string) {
  return expect.stringMatching(new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`))
}

function streamOf(chunks: AsyncIterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
}
