import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { connect } from 'node:net'
import express, { type Express, Router } from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testBakery } from '../test/http-cases.ts'
import { listen } from '../test/listen.ts'
import { followRequests } from './express.ts'

testBakery(
  'express',
  async (server, oven) => {
    const app = express()
    app.set('env', 'test')
    app.use(followRequests(server))
    // Registered twice, as a mistake might: the first counts.
    app.use(followRequests(server))
    app.use('/vault', (_request, response) => void response.status(401).end())
    app.get('/vault/:key', (_request, response) => void response.end())
    app.get('/cakes', (_request, response) => void response.json([]))
    app.post('/cakes', (_request, response) => void response.status(201).end())
    app.get('/cakes/:id', (_request, response) => void response.send('cake'))
    app.get('/broken', async () => {
      throw new TypeError('jane@example.com')
    })
    app.get('/files/*path', (_request, response) => void response.send('file'))
    app.get('/stream', async (_request, response) => {
      response.write('one')
      await oven.done
      response.end('two')
    })
    app.get('/half', (_request, response) => void response.write('one'))
    app.get('/silent', () => oven.reached())
    const shops = Router({ mergeParams: true })
    shops.get('/orders/:order', (_request, response) => void response.json({}))
    shops.get('/broken', () => {
      throw new Error('jane@example.com')
    })
    app.use('/shops/:shop', shops)
    return listen(createServer(app))
  },
  {
    'a wildcard': [200, '/files/{path}'],
    // The route was not reached, and Express knows it only by running it.
    'a middleware that answers in place of the route': [401, '<unmatched>'],
  },
)

describe('the template of a mounted route', () => {
  test.each<[string, (app: Express) => unknown, string, string]>([
    [
      'routers in routers, both with parameters',
      (app) => app.use('/a/:x', Router().use('/b/:y', Router().get('/c/:z', ok))),
      '/a/1/b/2/c/3',
      '/a/{x}/b/{y}/c/{z}',
    ],
    [
      'routers in routers in routers',
      (app) =>
        app.use('/a', Router().use('/b', Router().use('/c', Router().use('/d', Router().get('/e', ok))))),
      '/a/b/c/d/e',
      '/a/b/c/d/e',
    ],
    [
      'a router that is mounted in itself',
      (app) => {
        const router = Router().get('/x', ok)
        app.use('/one', router.use('/more', router))
      },
      '/one/more/x',
      '/one/more/x',
    ],
    [
      'another spelling of the mount is not kept',
      (app) => app.use('/Api', Router().get('/x', ok)),
      '/aPI/x',
      '/Api/x',
    ],
    ['a router mounted at /', (app) => app.use(Router().get('/x', ok)), '/x', '/x'],
    ['the root of a router', (app) => app.use('/api', Router().get('/', ok)), '/api', '/api'],
    [
      'an array of mounts',
      (app) => app.use(['/v1', '/v2/:tenant'], Router().get('/x', ok)),
      '/v2/jane/x?y',
      '/v2/{tenant}/x',
    ],
    [
      'the root of a router with an array of mounts',
      (app) => app.use(['/v1', '/v2'], Router().get('/', ok)),
      '/v2',
      '/v2',
    ],
    ['an array of paths', (app) => app.get(['/a', '/b/:x'], ok), '/b/jane', '/b/{x}'],
    [
      'a router mounted twice',
      (app) => {
        const router = Router().get('/x', ok)
        app.use('/one', router).use('/two/:y', router)
      },
      '/two/jane/x',
      '/two/{y}/x',
    ],
    [
      'a mount by a regular expression',
      (app) => app.use(/^\/u\d+/, Router().get('/x', ok)),
      '/u4711/x',
      '/*/x',
    ],
    ['a route by one', (app) => app.get(/^\/user-(.*)$/, ok), '/user-jane', '/*'],
    [
      'an application in an application',
      (app) => app.use('/sub/:s', express().get('/x/:y', ok)),
      '/sub/jane/x/1',
      '/sub/{s}/x/{y}',
    ],
    [
      'an application that is mounted twice, by the last mount',
      (app) => mountTwice(app),
      '/two/jane/x/1',
      '/two/{t}/x/{y}',
    ],
    [
      'an application that is mounted twice, by the other: it is not known any more',
      (app) => mountTwice(app),
      '/one/x/1',
      '/*/x/{y}',
    ],
    [
      'two applications in an application',
      (app) => app.use('/one', express()).use('/sub/:s', express().use('/b', Router().get('/x/:y', ok))),
      '/sub/jane/b/x/1',
      '/sub/{s}/b/x/{y}',
    ],
    [
      'two applications in an application that is in another',
      (app) => app.use('/a', express().use('/b', express().get('/x', ok)).use('/c', express())),
      '/a/b/x',
      '/a/b/x',
    ],
    [
      'an array of paths in an application that is mounted: which one is not known',
      (app) => app.use('/sub', express().get(['/z', '/*rest'], ok)),
      '/sub/jane',
      '/*/*',
    ],
    [
      'an application in a router',
      (app) => app.use('/r/:r', Router().use('/sub', express().get('/x', ok))),
      '/r/jane/sub/x',
      '/r/{r}/sub/x',
    ],
    [
      'an error that leaves a mounted application: its mount is not known any more',
      (app) => app.use('/sub/:s', express().get('/x/:y', fail)),
      '/sub/jane/x/1',
      '/*/x/{y}',
    ],
    [
      'a mount that ends in a slash',
      (app) => app.use('/shops/', Router().get('/orders/', ok)),
      '/shops/orders',
      '/shops/orders',
    ],
    [
      'an optional part behind a parameter is told from a route without it',
      (app) => app.get('/users/:id{/:op}', ok),
      '/users/jane/edit',
      '/users/{id}/{op}',
    ],
    [
      'a rest that takes the slash in, as that of Nest below a prefix',
      (app) => app.use('/api', Router().all('*path', ok)),
      '/api/cakes/1',
      '/api/{path}',
    ],
    [
      'such a rest that may be missing',
      (app) => app.use('/api', Router().all('{*path}', ok)),
      '/api/cakes',
      '/api/{path}',
    ],
    ['an optional part', (app) => app.get('/a{/:b}', ok), '/a', '/a/{b}'],
    ['a handler that passes on, and nobody takes it', (app) => app.get('/a/:b', pass), '/a/jane', '/a/{b}'],
  ])('%s', async (_sentence, build, path, endpoint) => {
    const endpoints: string[] = []
    const app = express().set('env', 'test')
    app.use(followRequests({ request: (facts) => endpoints.push(facts.endpoint), close: async () => {} }))
    build(app)
    const http = createServer(app)
    const { port, close } = await listen(http)
    onTestFinished(async () => {
      await close()
    })
    // Twice: the second time from what the first one learned.
    for (const _ of [1, 2]) {
      const [response] = await once(get({ host: '127.0.0.1', port, path }), 'response')
      await once(response.resume(), 'end')
    }
    expect(endpoints).toEqual([endpoint, endpoint])
  })
})

test('a router that is mounted in two applications has the prefix of the one that was asked', async () => {
  const endpoints: string[] = []
  const router = Router().get('/:x', ok)
  for (const prefix of ['/one', '/two']) {
    const app = express().set('env', 'test')
    app.use(followRequests({ request: (facts) => endpoints.push(facts.endpoint), close: async () => {} }))
    const { port, close } = await listen(createServer(app.use(prefix, router)))
    onTestFinished(async () => {
      await close()
    })
    const [response] = await once(get({ host: '127.0.0.1', port, path: `${prefix}/7` }), 'response')
    await once(response.resume(), 'end')
  }
  expect(endpoints).toEqual(['/one/{x}', '/two/{x}'])
})

test('a router in an application and in one that is mounted there: each request has the prefix that it asked for', async () => {
  const endpoints: string[] = []
  const router = Router().get('/:x', ok)
  const twice = Router().get('/:y', ok)
  const app = express().set('env', 'test')
  app.use(followRequests({ request: (facts) => endpoints.push(facts.endpoint), close: async () => {} }))
  app.use('/sub/:s', express().use('/inner', router).use('/twice', twice))
  app.use('/outer', router).use('/one', twice).use('/two', twice)
  const { port, close } = await listen(createServer(app))
  onTestFinished(async () => {
    await close()
  })
  for (const path of ['/sub/1/inner/7', '/outer/7', '/sub/1/inner/7', '/sub/1/twice/7', '/two/7', '/one/7']) {
    const [response] = await once(get({ host: '127.0.0.1', port, path }), 'response')
    await once(response.resume(), 'end')
  }
  const inSub = '/sub/{s}/inner/{x}'
  expect(endpoints).toEqual([inSub, '/outer/{x}', inSub, '/sub/{s}/twice/{y}', '/two/{y}', '/one/{y}'])
})

test.each([
  ['a request', 1],
  ['several at once', 3],
])(
  '%s of a client that leaves while middleware before the follower waits: each has its route',
  async (_sentence, times) => {
    const counted: object[] = []
    const app = express().set('env', 'test')
    const http = createServer(app)
    const gone = once(http, 'connection').then(([connection]) => once(connection, 'close'))
    const lookUp = async (_request: unknown, _response: unknown, next: () => void) => {
      await gone
      next()
    }
    app.use(lookUp, followRequests({ request: (facts) => counted.push(facts), close: async () => {} }))
    app.get('/cakes/:id', ok)
    const { port, close } = await listen(http)
    const arrived = once(http, 'request')
    const client = connect(port, '127.0.0.1')
    client.write('GET /cakes/jane HTTP/1.1\r\nHost: cake\r\n\r\n'.repeat(times))
    await arrived
    client.destroy()
    await gone
    await close()
    await expect
      .poll(() => counted)
      .toMatchObject(Array(times).fill({ endpoint: '/cakes/{id}', statusCode: 499 }))
  },
)

function mountTwice(app: Express): unknown {
  const sub = express().get('/x/:y', ok)
  return app.use('/one', sub).use('/two/:t', sub)
}

function ok(_request: unknown, response: { end(): unknown }): void {
  response.end()
}

function fail(): void {
  throw new Error('jane@example.com')
}

function pass(_request: unknown, _response: unknown, next: () => void): void {
  next()
}
