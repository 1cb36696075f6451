import { Readable } from 'node:stream'
import fastify from 'fastify'
import { testBakery } from '../test/http-cases.ts'
import { followRequests } from './fastify.ts'

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
