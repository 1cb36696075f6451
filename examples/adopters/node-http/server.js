import { createServer } from 'node:http'
import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/node-http'
import { followServer } from '@visivo/telemetry/server'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })
const followed = followServer(telemetry)

const server = createServer((request, response) => {
  const [path] = request.url.split('?')
  const answer = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (path === '/cakes') return answer(request.method === 'POST' ? 201 : 200, ['carrot', 'cheese'])
  const [, name] = /^\/cakes\/([^/]+)$/.exec(path) ?? []
  if (name) return answer(200, { name })
  const [, shop, order] = /^\/shops\/([^/]+)\/orders\/([^/]+)$/.exec(path) ?? []
  if (order) return answer(200, { shop, order })
  answer(path === '/oven' ? 500 : 404)
})

// There is no router to ask, so the words of its paths are named, and all others become `{id}`.
followRequests(followed, server, { words: ['cakes', 'orders', 'oven', 'shops'] })

server.listen(process.env.PORT ?? 3000, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = () => server.close(() => followed.close())
process.once('SIGTERM', stop).once('SIGINT', stop)
