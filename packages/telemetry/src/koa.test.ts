import { createServer } from 'node:http'
import { PassThrough } from 'node:stream'
import Router from '@koa/router'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { testBakery } from '../test/http-cases.ts'
import { listen } from '../test/listen.ts'
import { followRequests } from './koa.ts'
import type { RequestFacts } from './request-meter.ts'

testBakery(
  'koa',
  async (server, oven) => {
    const app = new Koa()
    app.silent = true
    app.use(followRequests(server))
    const router = new Router()
    router.use('/vault', (context) => {
      context.status = 401
    })
    router.get('/vault/:key', () => {})
    router.get('/cakes', (context) => {
      context.body = []
    })
    router.post('/cakes', (context) => {
      context.status = 201
    })
    router.get('/cakes/:id', (context) => {
      context.body = 'cake'
    })
    router.get('/broken', () => {
      throw new TypeError('jane@example.com')
    })
    router.get('/files/*path', (context) => {
      context.body = 'file'
    })
    router.get('/stream', (context) => {
      const body = new PassThrough()
      context.body = body
      body.write('one')
      void oven.done.then(() => body.end('two'))
    })
    router.get('/half', (context) => {
      const body = new PassThrough()
      context.body = body
      body.write('one')
    })
    router.get('/silent', () => {
      oven.reached()
      return new Promise(() => {})
    })
    const shops = new Router()
    shops.get('/orders/:order', (context) => {
      context.body = {}
    })
    shops.get('/broken', () => {
      throw new Error('jane@example.com')
    })
    router.use('/shops/:shop', shops.routes())
    app.use(router.routes())
    return listen(createServer(app.callback()))
  },
  { 'a wildcard': [200, '/files/{path}'] },
)

test('of several routes that match, the one that ran last is told, and not the first or the last that is declared', async () => {
  const all: RequestFacts[] = []
  const app = new Koa()
  app.use(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
  const router = new Router()
  router.get('/cakes/:id', (_context, next) => next())
  router.get('/cakes/new', (context) => {
    context.body = 'cake'
  })
  router.get('/cakes/:other', () => {})
  app.use(router.routes())
  const server = await listen(createServer(app.callback()))
  onTestFinished(async () => void (await server.close()))
  await (await fetch(`http://127.0.0.1:${server.port}/cakes/new`)).text()
  await expect.poll(() => all).toMatchObject([{ endpoint: '/cakes/new', statusCode: 200 }])
})

test('a route that is a pattern and has no template of its own is any path', async () => {
  const all: RequestFacts[] = []
  const app = new Koa()
  app.use(followRequests({ request: (facts) => all.push(facts), close: async () => {} }))
  const router = new Router()
  router.get(/^\/jane/, (context) => {
    context.body = 'cake'
  })
  app.use(router.routes())
  const server = await listen(createServer(app.callback()))
  onTestFinished(async () => void (await server.close()))
  await (await fetch(`http://127.0.0.1:${server.port}/jane@example.com`)).text()
  await expect.poll(() => all).toMatchObject([{ endpoint: '/*', statusCode: 200 }])
})
