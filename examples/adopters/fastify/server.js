import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/fastify'
import { followServer } from '@visivo/telemetry/server'
import fastify from 'fastify'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })
const followed = followServer(telemetry)

const app = fastify()
// Before all else, so that it sees every answer.
app.register(followRequests(followed))

app.get('/cakes', async () => ['carrot', 'cheese'])
app.post('/cakes', async (_request, reply) => reply.code(201).send())
app.get('/cakes/:name', async (request) => request.params)
app.get('/oven', async () => {
  throw new Error('the cake of jane@example.com burnt')
})

const shop = async (scope) => {
  scope.get('/orders/:order', async (request) => request.params)
}
app.register(shop, { prefix: '/shops/:shop' })

console.log(await app.listen({ port: process.env.PORT ?? 3000, host: '127.0.0.1' }))

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = async () => {
  await app.close()
  await followed.close()
}
process.once('SIGTERM', stop).once('SIGINT', stop)
