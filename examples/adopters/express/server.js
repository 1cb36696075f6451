import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/express'
import { followServer } from '@visivo/telemetry/server'
import express, { Router } from 'express'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })
const followed = followServer(telemetry)

const app = express()
// Before all else, so that it sees every answer.
app.use(followRequests(followed))

app.get('/cakes', (_request, response) => response.json(['carrot', 'cheese']))
app.post('/cakes', (_request, response) => response.sendStatus(201))
app.get('/cakes/:name', (request, response) => response.json(request.params))
app.get('/oven', () => {
  throw new Error('the cake of jane@example.com burnt')
})

const shop = Router({ mergeParams: true })
shop.get('/orders/:order', (request, response) => response.json(request.params))
app.use('/shops/:shop', shop)

const server = app.listen(process.env.PORT ?? 3000, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = () => server.close(() => followed.close())
process.once('SIGTERM', stop).once('SIGINT', stop)
