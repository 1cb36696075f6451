import { once } from 'node:events'
import { get, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testBakery } from '../test/http-cases.ts'
import { followRequests } from './fastify.ts'
import type { RequestFacts } from './request-meter.ts'

testBakery('fastify', async (server, oven) => {
  const app = fastify({ forceCloseConnections: true })
  app.register(followRequests(server))
  app.register(async (scope) => {
    scope.addHook('onRequest', async (_request, reply) => reply.code(401).send())
    scope.get('/vault/:key', async () => '')
  })
  app.get('/cakes', async () => [])
  app.post('/cakes', async (_request, reply) => reply.code(201).send())
  app.get('/cakes/:id', async () => 'cake')
  app.get('/broken', async () => {
    throw new TypeError('jane@example.com')
  })
  app.get('/files/*', async () => 'file')
  app.get('/stream', async (_request, reply) => {
    const chunks = async function* () {
      yield 'one'
      await oven.done
      yield 'two'
    }
    return reply.send(Readable.from(chunks()))
  })
  app.get('/half', async (_request, reply) => {
    reply.hijack()
    reply.raw.write('one')
  })
  app.get('/silent', async (_request, reply) => {
    reply.hijack()
    oven.reached()
  })
  app.register(
    async (shops) => {
      shops.get('/orders/:order', async () => ({}))
      shops.get('/broken', async () => {
        throw new Error('jane@example.com')
      })
    },
    { prefix: '/shops/:shop' },
  )
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: Number(new URL(url).port), close: () => app.close() }
})

/** An application with one route, where it listens, and what is counted there. */
async function cakesFollowed(
  options: FastifyServerOptions = {},
  build: (app: FastifyInstance) => void = () => {},
) {
  const all: RequestFacts[] = []
  const app = fastify({ forceCloseConnections: true, ...options })
  onTestFinished(() => app.close())
  app.register(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
  build(app)
  app.get('/cakes/:id', async () => 'cake')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, url, all }
}

test.each<[string, string, FastifyServerOptions, number]>([
  ['can not be decoded', '/cakes/%zz', {}, 400],
  ['has a parameter that is too long', `/cakes/${'jane'.repeat(100)}`, {}, 414],
  [
    'is answered by the application itself',
    '/cakes/%zz',
    { frameworkErrors: (_error, _request, reply) => void setImmediate(() => reply.raw.writeHead(418).end()) },
    418,
  ],
])('a path that %s is counted, though no hook runs for it', async (_says, path, options, statusCode) => {
  const { url, all } = await cakesFollowed(options)
  await (await fetch(url + path)).text()
  await expect.poll(() => all).toMatchObject([{ endpoint: '<unmatched>', method: 'GET', statusCode }])
})

test('an answer keeps its status beside a plugin that says by itself what was sent, as @fastify/express does', async () => {
  const { app, url, all } = await cakesFollowed({}, (first) => {
    first.addHook('onRequest', async (_request, reply) => {
      Object.defineProperty(reply.raw, 'headersSent', { get: () => false })
    })
  })
  await (await fetch(`${url}/cakes/jane`)).text()
  await app.inject('/cakes/jane')
  await expect.poll(() => all.map(({ statusCode }) => statusCode)).toEqual([200, 200])
})

test('a WebSocket is not counted as a client that left before it had an answer', async () => {
  const { app, url, all } = await cakesFollowed({}, (first) => {
    first.get('/oven', async (request, reply) => {
      reply.hijack()
      request.raw.socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      )
    })
  })
  // As @fastify/websocket does: Node gives no response to an upgrade.
  app.server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const response = new ServerResponse(request)
    response.assignSocket(socket)
    app.routing(request, response)
  })
  const asked = get(`${url}/oven`, { headers: { connection: 'upgrade', upgrade: 'websocket' } })
  const [, socket] = await once(asked, 'upgrade')
  await once(socket.end(), 'close')
  await (await fetch(`${url}/cakes/jane`)).text()
  await expect.poll(() => all).toMatchObject([{ endpoint: '/cakes/{id}', statusCode: 200 }])
})

test('a request that does not come over the network is counted once, as any other', async () => {
  const { app, all } = await cakesFollowed()
  await app.inject('/cakes/jane')
  await expect.poll(() => all).toMatchObject([{ endpoint: '/cakes/{id}', method: 'GET', statusCode: 200 }])
})

test('where only a part of an application is followed, the rest of it is not counted', async () => {
  const all: RequestFacts[] = []
  const app = fastify({ forceCloseConnections: true })
  onTestFinished(() => app.close())
  app.register(async (part) => {
    part.register(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
    part.get('/cakes', async () => 'cakes')
  })
  app.get('/health', async () => 'well')
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const path of ['/health', '/cakes']) await (await fetch(url + path)).text()
  await expect.poll(() => all).toMatchObject([{ endpoint: '/cakes' }])
})

test('with telemetry off nothing listens to the server', async () => {
  const app = fastify()
  const before = app.server.listenerCount('request')
  await app.register(followRequests({ isOff: true, request: () => {}, close: async () => {} }))
  expect(app.server.listenerCount('request')).toBe(before)
})

test.each<[string, object]>([
  ['goes on where a program without types hands over no server', [undefined]],
  ['is followed, with a server of its own that takes no listeners', [{ request: () => {} }, { server: {} }]],
])('an application %s', (_sentence, given) => {
  const [server, own] = Object.values(given)
  const finish = vi.fn()
  const app = { server: fastify().server, addHook: () => {}, ...own }
  Reflect.apply(followRequests(server), undefined, [app, {}, finish])
  expect(finish).toHaveBeenCalledOnce()
})

test('a server may have as many listeners of the program, without a warning, as before', async () => {
  const app = fastify()
  const before = app.server.getMaxListeners()
  await app.register(followRequests({ request: () => {}, close: async () => {} }))
  expect(app.server.getMaxListeners()).toBe(before + 1)
})
