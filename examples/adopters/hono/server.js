import { serve } from '@hono/node-server'
import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { followServer } from '@visivo/telemetry/server'
import { Hono } from 'hono'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })
const followed = followServer(telemetry)

const app = new Hono()
// Before all else, so that it sees every answer.
app.use(followRequests(followed))

app.get('/cakes', (context) => context.json(['carrot', 'cheese']))
app.post('/cakes', (context) => context.body(null, 201))
app.get('/cakes/:name', (context) => context.json(context.req.param()))
app.get('/oven', () => {
  throw new Error('the cake of jane@example.com burnt')
})

const shop = new Hono()
shop.get('/orders/:order', (context) => context.json(context.req.param()))
app.route('/shops/:shop', shop)

const where = { port: process.env.PORT ?? 3000, hostname: '127.0.0.1' }
const server = serve({ fetch: app.fetch, ...where }, ({ port }) => console.log(`http://127.0.0.1:${port}`))

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = () => server.close(() => followed.close())
process.once('SIGTERM', stop).once('SIGINT', stop)
