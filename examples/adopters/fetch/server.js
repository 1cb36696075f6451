import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { ROUTES } from './routes.js'
import { followed } from './telemetry.js'

// Stands in for Next.js: finds the handler, and hands it the request and the parameters.
const app = new Hono()
for (const [template, handlers] of Object.entries(ROUTES))
  for (const [method, handler] of Object.entries(handlers))
    app.on(method, template.replaceAll(/\[(\w+)\]/g, ':$1'), (context) =>
      handler(context.req.raw, { params: Promise.resolve(context.req.param()) }),
    )

const where = { port: process.env.PORT ?? 3000, hostname: '127.0.0.1' }
const server = serve({ fetch: app.fetch, ...where }, ({ port }) => console.log(`http://127.0.0.1:${port}`))

/** What is being answered is answered and counted; then the last counts are handed over. */
const stop = () => server.close(() => followed.close())
process.once('SIGTERM', stop).once('SIGINT', stop)
