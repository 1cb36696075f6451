// A server at full load, twice in one process: with and without telemetry, on two ports. So both have the same heap,
// the same compiled code and the same threads beside them, and what differs between them is telemetry alone.
// BENCH_FRAMEWORK: `http` or `hono`; BENCH_FOLLOWED: `no` for a process without telemetry, where both are the same.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { createTelemetry } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { followRequests as followServerOfNode } from '@visivo/telemetry/node-http'
import { followServer } from '@visivo/telemetry/server'
import { Hono } from 'hono'

const BODY = JSON.stringify({ name: 'orders', sql: 'select 1', columns: ['id', 'customer', 'amount'] })

const create = process.env.BENCH_FRAMEWORK === 'http' ? httpServer : honoServer

const followed =
  process.env.BENCH_FOLLOWED === 'no'
    ? undefined
    : followServer(createTelemetry({ version: '1.0.0' }), { projectName: 'sales' })
const servers = { plain: create(), followed: create(followed) }
for (const server of Object.values(servers))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
process.send(
  Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.address().port])),
)

process.on('message', async (message) => {
  if (message === 'usage') process.send(usage())
  if (message === 'close') {
    for (const server of Object.values(servers)) {
      server.closeAllConnections()
      server.close()
    }
    await followed?.close()
    process.send({ closed: true })
    process.disconnect()
  }
})

function httpServer(telemetry) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length })
    response.end(BODY)
  })
  if (telemetry) followServerOfNode(telemetry, server, { template: () => '/api/models/:name' })
  return server
}

/** An application has a middleware already: Hono answers one that has none on a shorter way. */
function honoServer(telemetry) {
  const app = new Hono()
  if (telemetry) app.use(followRequests(telemetry))
  app.use(async (_context, next) => void (await next()))
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
