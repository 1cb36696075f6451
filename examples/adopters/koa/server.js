import Router from '@koa/router'
import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/koa'
import { followServer } from '@visivo/telemetry/server'
import Koa from 'koa'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })
const followed = followServer(telemetry)

const app = new Koa()
// Before all else, so that it sees every answer.
app.use(followRequests(followed))

const router = new Router()
router.get('/cakes', (context) => {
  context.body = ['carrot', 'cheese']
})
router.post('/cakes', (context) => {
  context.status = 201
})
router.get('/cakes/:name', (context) => {
  context.body = context.params
})
router.get('/oven', () => {
  throw new Error('the cake of jane@example.com burnt')
})

const shop = new Router()
shop.get('/orders/:order', (context) => {
  context.body = context.params
})
router.use('/shops/:shop', shop.routes())
app.use(router.routes())

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = () => server.close(() => followed.close())
process.once('SIGTERM', stop).once('SIGINT', stop)
