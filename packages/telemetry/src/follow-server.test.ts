import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { sanitizeMethod, sanitizeRoute } from '@visivo/sanitize'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { guard, temporaryDirectory } from '../test/samples.ts'
import { type FollowedServer, followServer } from './follow-server.ts'
import { followRequests } from './node-http.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { PACE } from './request-meter.ts'
import { createTelemetry } from './telemetry.ts'

const host = 'http://127.0.0.1:1'
const cakes = {
  endpoint: sanitizeRoute('/cakes'),
  method: sanitizeMethod('GET'),
  statusCode: 200,
  durationMs: 1,
}

/** A server that is followed without a thread, and the requests that wait in its home. */
function follow(env: Readonly<Record<string, string>> = {}, where?: unknown) {
  const home = temporaryDirectory()
  const shown: string[] = []
  const telemetry = createTelemetry({
    version: '1.2.3',
    home,
    env: { VISIVO_POSTHOG_HOST: host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false', ...env },
    stderr: () => ({ write: (text: string) => void shown.push(text) }),
  })
  const outbox = openOutbox(placesOf(visivo, home, { host, apiKey: 'phc_test' }).outbox, guard)
  const waiting = () =>
    outbox
      .waiting()
      .map((name) => outbox.read(name))
      .map((event) => Number(event?.properties.request_count ?? 0))
      .reduce((sum, count) => sum + count, 0)
  const facts = { where: where ?? { projectDirectory: home } }
  const server: FollowedServer = Reflect.apply(followServer, undefined, [telemetry, facts])
  return { server, shown, waiting }
}

test('no request is lost where a program without types says null in place of a project', async () => {
  const { server, waiting } = follow({}, { projectDirectory: null, startedIn: null, envFilePath: null })
  server.request(cakes)
  await server.close()
  expect(waiting()).toBe(1)
})

test.each<[string, unknown]>([
  ['a number that is none', Number.NaN],
  ['a big integer', 5n],
  ['a symbol', Symbol('jane')],
])('no request is lost for one whose duration is %s', async (_sentence, durationMs) => {
  const { server, waiting } = follow()
  for (let request = 0; request < PACE.burst; request++) server.request(cakes)
  Reflect.apply(server.request, undefined, [{ ...cakes, durationMs }])
  server.request(cakes)
  await server.close()
  expect(waiting()).toBe(PACE.burst + 2)
})

test.each<[string, Readonly<Record<string, string>>]>([
  ['a server', {}],
  ['one in debug mode', { VISIVO_TELEMETRY_DEBUG: '1' }],
  ['one with telemetry off', { DO_NOT_TRACK: '1' }],
])('what is no request does not reach the host as an error: %s', async (_sentence, env) => {
  const { server } = follow(env)
  for (let request = 0; request < PACE.burst; request++) server.request(cakes)
  for (const given of [undefined, null, { durationMs: 5n }]) Reflect.apply(server.request, undefined, [given])
  await server.close()
})

test('a host whose timers are numbers, as in a test that plays a browser, is followed as any other', async () => {
  const timers = vi.spyOn(globalThis, 'setInterval')
  timers.mockImplementation(() => JSON.parse('1'))
  const { server, waiting } = follow()
  timers.mockRestore()
  server.request(cakes)
  await server.close()
  expect(waiting()).toBe(1)
})

test('a process that closes its servers, as one that reloads them does, is left no listener of theirs', async () => {
  const listening = () => [process.listenerCount('exit'), process.getMaxListeners()]
  const before = listening()
  await follow().server.close()
  expect(listening()).toEqual(before)
})

test('a process that closes its servers is left no timer of theirs, and is kept alive by none before', async () => {
  const [started, ended] = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'clearInterval')]
  onTestFinished(() => {
    for (const spy of [started, ended]) spy.mockRestore()
  })
  const { server } = follow()
  const timers = started.mock.results.map(({ value }) => value)
  expect(timers.map((timer) => timer.hasRef())).toEqual([false, false])
  await server.close()
  expect(ended.mock.calls.flat()).toEqual(expect.arrayContaining(timers))
})

test('debug mode shows a request with the duration that would be sent', () => {
  const { server, shown } = follow({ VISIVO_TELEMETRY_DEBUG: '1' })
  server.request({ ...cakes, durationMs: Number.NaN })
  expect(shown.join('')).toContain('"duration_ms": 0')
})

test('a person finds each of a hundred requests a second later, and what is beyond them in a sum after ten', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { server, waiting } = follow()
  for (let request = 0; request < 103; request++) server.request(cakes)
  const later = (milliseconds: number) => {
    vi.advanceTimersByTime(milliseconds)
    return waiting()
  }
  expect([later(999), later(1), later(8_999), later(1)]).toEqual([0, 100, 100, 103])
  await server.close()
})

test('a clock that throws does not reach the host out of a timer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const clock = vi.spyOn(Date, 'now')
  const { server } = follow()
  server.request(cakes)
  clock.mockImplementation(() => {
    throw new Error('a mock')
  })
  onTestFinished(() => {
    clock.mockRestore()
    vi.useRealTimers()
  })
  vi.advanceTimersByTime(10_000)
  await server.close()
})

test.each<[string, (server: Server, clients: readonly Socket[]) => void]>([
  ['the server cuts off', (server) => server.closeAllConnections()],
  ['whose clients leave', (_server, clients) => clients.forEach((client) => void client.destroy())],
])('the last requests, %s while it closes, are counted', async (_sentence, end) => {
  const { server, waiting } = follow()
  const http = createServer((_request, response) => void response.write('one'))
  followRequests(server, http)
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const { port } = http.address() as AddressInfo
  const clients = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => {}))
  for (const client of clients) {
    client.write('GET /cakes HTTP/1.1\r\nHost: cake\r\n\r\n')
    await once(client, 'data')
  }
  const closed = new Promise<void>((resolve) => void http.close(() => resolve(server.close())))
  end(http, clients)
  await closed
  expect(waiting()).toBe(3)
})
