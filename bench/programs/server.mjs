// A server at full load. BENCH_FRAMEWORK: `http`, `hono` (an application with a middleware of its own, as they
// have) or `hono-bare` (without one); BENCH_FOLLOWED: `no` for a server without telemetry.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { sanitizeMethod, sanitizeRoute } from '@visivo/sanitize'
import { createTelemetry } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { followServer } from '@visivo/telemetry/server'
import { Hono } from 'hono'

const BODY = JSON.stringify({ name: 'orders', sql: 'select 1', columns: ['id', 'customer', 'amount'] })

const FRAMEWORK = process.env.BENCH_FRAMEWORK

const followed =
  process.env.BENCH_FOLLOWED === 'no'
    ? undefined
    : followServer(createTelemetry({ version: '1.0.0' }), { projectName: 'sales' })
const server = FRAMEWORK === 'http' ? httpServer() : honoServer()
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

process.on('message', async (message) => {
  if (message === 'usage') process.send(usage())
  if (message === 'close') {
    server.closeAllConnections()
    server.close()
    await followed?.close()
    process.send({ closed: true })
    process.disconnect()
  }
})

function httpServer() {
  const endpoint = sanitizeRoute('/api/models/:name')
  return createServer((request, response) => {
    if (followed) {
      const start = performance.now()
      response.on('finish', () =>
        followed.request({
          endpoint,
          method: sanitizeMethod(request.method),
          statusCode: response.statusCode,
          durationMs: performance.now() - start,
        }),
      )
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
    response.end(BODY)
  })
}

function honoServer() {
  const app = new Hono()
  if (followed) app.use(followRequests(followed))
  if (FRAMEWORK === 'hono') app.use(async (_context, next) => void (await next()))
  app.get('/api/models/:name', (context) => context.body(BODY, 200, { 'content-type': 'application/json' }))
  return createAdaptorServer({ fetch: app.fetch })
}

/** The main thread alone on Linux, in milliseconds; elsewhere the whole process. */
function usage() {
  const { user, system } = process.cpuUsage()
  const all = (user + system) / 1e3
  const main =
    process.platform === 'linux'
      ? Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
      : all
  return { main, all, megabytes: process.memoryUsage.rss() / 1e6 }
}
