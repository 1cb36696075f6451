// A server as an adopter writes it, by the runtime's own means.
import { createTelemetry } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { followServer } from '@visivo/telemetry/server'
import { Hono } from 'hono'

const server = followServer(createTelemetry({ version: '1.2.3' }))
const app = new Hono()
app.use(followRequests(server))
app.get('/cakes/:name', (context) => context.text(context.req.param('name')))

const { url, stop } = await listen()
await (await fetch(`${url}/cakes/sponge`)).text()
await server.close()
await stop()

async function listen() {
  if (globalThis.Bun) {
    const served = Bun.serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
    return { url: `http://127.0.0.1:${served.port}`, stop: () => served.stop(true) }
  }
  if (globalThis.Deno) {
    const served = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, app.fetch)
    return { url: `http://127.0.0.1:${served.addr.port}`, stop: () => served.shutdown() }
  }
  const { serve } = await import('@hono/node-server')
  return new Promise((resolve) => {
    const served = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => served.close() }),
    )
  })
}
