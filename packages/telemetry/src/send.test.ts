import { getEventListeners, once } from 'node:events'
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sampleEvent } from '../test/samples.ts'
import { send } from './send.ts'
import { type Misbehaviour, type Receiver, startReceiver } from './testing.ts'
import { toWire } from './wire.ts'

const apiKey = 'phc_test'
const never = new AbortController().signal
const anyTime = () => true

async function freshReceiver(how: Misbehaviour = {}): Promise<Receiver> {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  receiver.misbehave(how)
  return receiver
}

test('an event arrives letter for letter, with its own id and time, and is stamped', async () => {
  const receiver = await freshReceiver()
  const event = sampleEvent(Date.parse('2026-01-02T03:04:05.678Z'))
  expect(await send([toWire(event)], { host: receiver.url, apiKey }, never, anyTime)).toEqual({
    kind: 'accepted',
  })
  const { sent_at, ...body } = JSON.parse(receiver.bodies[0] ?? '{}')
  expect(Date.parse(sent_at)).toBeGreaterThan(0)
  expect(body).toEqual({
    api_key: apiKey,
    batch: [
      {
        event: 'cli_command',
        uuid: event.uuid,
        timestamp: '2026-01-02T03:04:05.678Z',
        distinct_id: event.distinct_id,
        properties: {
          ...event.properties,
          $session_id: event.properties.session_id,
          $ip: '0.0.0.0',
          $geoip_disable: true,
          $process_person_profile: false,
          $lib: 'posthog-node',
          $lib_version: expect.any(String),
        },
      },
    ],
  })
})

test('a request says no more of its sender than the names of the SDK and the length of its body', async () => {
  let headers: IncomingHttpHeaders = {}
  const server = createHttpServer((request, response) => {
    headers = request.headers
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `http://127.0.0.1:${portOf(server)}`
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)).toEqual({ kind: 'accepted' })
  expect(headers).toEqual({
    host: host.slice('http://'.length),
    connection: 'close',
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': expect.stringMatching(/^[0-9]+$/),
    'user-agent': expect.stringMatching(/^posthog-node\/[0-9.]+$/),
  })
})

test.each([
  ['a web page is no answer of a PostHog', '', '\n<!doctype html><title>Sign in</title>', 'later'],
  ['nor is one with a byte order mark', '', '\ufeff<!doctype html><title>Sign in</title>', 'later'],
  ['nor is one behind many empty lines', '', `${'\n'.repeat(80)}<html></html>`, 'later'],
  [
    'nor is one that comes compressed, unasked',
    'Content-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n',
    '\u001f\u008b',
    'later',
  ],
  [
    'nor is one that comes compressed, unasked, as XHTML',
    'Content-Type: application/xhtml+xml\r\nContent-Encoding: br\r\n',
    '\u001f\u008b',
    'later',
  ],
  ['a text that calls itself a page is one', 'Content-Type: text/html\r\n', 'ok', 'accepted'],
  ['no body is one', 'Content-Length: 0\r\n', '', 'accepted'],
  [
    'a body that is longer than stated is one',
    'Content-Length: 15\r\n',
    '{"status":"Ok"} and more',
    'accepted',
  ],
])('with 200, %s', async (_, header, body, kind) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.end(`HTTP/1.1 200 OK\r\n${header}Connection: close\r\n\r\n${body}`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `http://127.0.0.1:${portOf(server)}`
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)).toMatchObject({ kind })
})

test('a web page that comes in pieces is no answer of a PostHog', async () => {
  const server = createHttpServer(async (_, response) => {
    for (const byte of Buffer.from('\n\ufeff<html></html>'))
      await new Promise((sent) => response.write(Buffer.of(byte), () => setImmediate(sent)))
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `http://127.0.0.1:${portOf(server)}`
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)).toMatchObject({
    kind: 'later',
  })
})

test('the SDK compresses nothing by itself, which takes WebAssembly, and the host goes on with what it has', async () => {
  const { CompressionStream: known } = globalThis
  const response = vi.spyOn(globalThis, 'Response', 'get')
  onTestFinished(() => response.mockRestore())
  const receiver = await freshReceiver()
  expect(await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)).toEqual({
    kind: 'accepted',
  })
  expect(response).not.toHaveBeenCalled()
  // Not only the same: whoever sent before in this process may have taken it away.
  expect([known, globalThis.CompressionStream]).toEqual([expect.any(Function), known])
})

test('a person’s own POSTHOG_CAPTURE_MODE changes nothing of it, and stays as it is', async () => {
  vi.stubEnv('POSTHOG_CAPTURE_MODE', 'v1')
  onTestFinished(() => void vi.unstubAllEnvs())
  const receiver = await freshReceiver()
  const event = toWire(sampleEvent())
  expect(await send([event], { host: receiver.url, apiKey }, never, anyTime)).toEqual({ kind: 'accepted' })
  expect(receiver.events.map(({ properties }) => properties)).toMatchObject([event.properties])
  expect(process.env.POSTHOG_CAPTURE_MODE).toBe('v1')
})

test('a hundred events go in one request', async () => {
  const receiver = await freshReceiver()
  const events = Array.from({ length: 100 }, () => toWire(sampleEvent()))
  expect(await send(events, { host: receiver.url, apiKey }, never, anyTime)).toEqual({ kind: 'accepted' })
  expect([receiver.bodies.length, receiver.events.length]).toEqual([1, 100])
})

test.each<[string, Misbehaviour, object]>([
  ['a bad batch', { status: 400 }, { kind: 'refused', reason: 'the server answered 400' }],
  ['a batch that is too large', { status: 413 }, { kind: 'refused' }],
  ['a wrong key', { status: 401 }, { kind: 'later', reason: expect.stringContaining('key') }],
  ['a key that may not', { status: 403 }, { kind: 'later', reason: expect.stringContaining('key') }],
  ['a batch that makes no sense', { status: 422 }, { kind: 'refused' }],
  ['a server that broke', { status: 500 }, { kind: 'later', reason: 'the server answered 500' }],
  [
    'a pause in seconds',
    { status: 429, headers: { 'retry-after': '30' } },
    { kind: 'later', retryAfter: 30_000 },
  ],
  [
    'a redirect',
    { status: 301, headers: { location: '/elsewhere/' } },
    { kind: 'later', reason: 'the server answered 301: it is no PostHog' },
  ],
  ...[302, 303, 308, 404, 405, 410].map((status): [string, Misbehaviour, object] => [
    `a path that is not there, with ${status},`,
    { status },
    { kind: 'later', reason: `the server answered ${status}: it is no PostHog` },
  ]),
  ['a choice of several, of which none took it', { status: 300 }, { kind: 'later' }],
  ...[307, 404, 403].map((status): [string, Misbehaviour, object] => [
    `a pause beside an answer of ${status}`,
    { status, headers: { 'retry-after': '30' } },
    { kind: 'later', retryAfter: 30_000 },
  ]),
  ['a temporary redirect', { status: 307, headers: { location: '/batch/' } }, { kind: 'later' }],
  [
    'a dropped connection',
    { instead: 'drop' },
    { kind: 'later', reason: expect.stringContaining('ECONNRESET') },
  ],
  ['an empty success', { status: 204 }, { kind: 'accepted' }],
])('%s is understood, at one request', async (_, how, verdict) => {
  const receiver = await freshReceiver(how)
  expect(await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)).toMatchObject(
    verdict,
  )
  expect(receiver.bodies).toHaveLength(1)
})

test.each([
  ['is over', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['is no time at all', 'soon'],
])('a pause that %s is none: the next attempt waits as after any failure', async (_, pause) => {
  const receiver = await freshReceiver({ status: 503, headers: { 'retry-after': pause } })
  expect(await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)).toEqual({
    kind: 'later',
    reason: 'the server answered 503',
  })
})

test.each([
  ['by the server’s clock, also where ours is hours behind', '04:00', 'Sat, 31 Jan 2026 10:00:00 GMT'],
  ['by ours where the server tells no time', '10:00', 'today'],
])('a pause until a time of day is as long as it is until then, %s', async (_, ours, date) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(`2026-01-31T${ours}:00Z`) })
  onTestFinished(() => void vi.useRealTimers())
  const headers = { date, 'retry-after': 'Sat, 31 Jan 2026 10:02:00 GMT' }
  const receiver = await freshReceiver({ status: 503, headers })
  expect(await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)).toMatchObject({
    retryAfter: 120_000,
  })
})

test('a request that is over holds no program, and leaves nothing that grows with each', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const receiver = await freshReceiver()
  const { signal } = new AbortController()
  expect(await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, signal, anyTime)).toEqual({
    kind: 'accepted',
  })
  expect([vi.getTimerCount(), getEventListeners(signal, 'abort')]).toEqual([0, []])
})

test('a server that never answers is left after ten seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const receiver = await freshReceiver({ instead: 'silence' })
  const verdict = send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)
  await receiver.requested(1)
  vi.advanceTimersByTime(10_000)
  expect(await verdict).toEqual({ kind: 'later', reason: 'the server did not answer in time' })
})

test.each<[string, Misbehaviour]>([
  ['never answers', { instead: 'silence' }],
  ['answers only half', { instead: 'half' }],
])('a server that %s is left when the courier has to end, and nothing counts as accepted', async (_, how) => {
  const receiver = await freshReceiver(how)
  const stop = new AbortController()
  const verdict = send([toWire(sampleEvent())], { host: receiver.url, apiKey }, stop.signal, anyTime)
  await receiver.requested(1)
  stop.abort()
  expect(await verdict).toMatchObject({ kind: 'later' })
})

test.each<[string, string, object]>([
  ['a refusal that is broken off', '413 Too Large', { kind: 'refused', reason: 'the server answered 413' }],
  ['a bad batch that is broken off', '400 Bad Request', { kind: 'refused' }],
  [
    'a pause that is broken off',
    '429 Too Many Requests\r\nRetry-After: 30',
    { kind: 'later', reason: 'the server answered 429', retryAfter: 30_000 },
  ],
  [
    'a wrong key that is broken off',
    '401 Unauthorized',
    { kind: 'later', reason: expect.stringContaining('key') },
  ],
  [
    'a success that is broken off',
    '200 OK',
    { kind: 'later', reason: expect.stringContaining('ECONNRESET') },
  ],
])('%s behind its headers is understood', async (_, status, verdict) => {
  const host = await startRaw((socket) => {
    socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 100\r\n\r\n{`, () => socket.resetAndDestroy())
  })
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)).toMatchObject(verdict)
})

test.each<[string, string, object]>([
  [
    'a pause, also where the rest of the answer never comes,',
    '503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 100\r\n\r\n{',
    { kind: 'later', reason: 'the server answered 503', retryAfter: 30_000 },
  ],
  [
    'a server that wants to speak another protocol',
    '101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    { kind: 'later', reason: 'the server answered 101' },
  ],
])('%s is known by its head, and is left', async (_, answer, verdict) => {
  let left: Promise<unknown> | undefined
  const host = await startRaw((socket) => {
    left = once(socket, 'close')
    socket.write(`HTTP/1.1 ${answer}`)
  })
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)).toEqual(verdict)
  // A connection that stays open would hold the program that sends.
  await left
})

test('a server that is done with a connection, as it was asked to be, and does not say so takes the next batch as well', async () => {
  // Node's server refuses a second request on it.
  const host = await startRaw((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
  })
  const sendOne = () => send([toWire(sampleEvent())], { host, apiKey }, never, anyTime)
  expect([await sendOne(), await sendOne()]).toEqual([{ kind: 'accepted' }, { kind: 'accepted' }])
})

test('nobody listening is a failure for later that names no address', async () => {
  const receiver = await startReceiver()
  await receiver.close()
  const verdict = await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)
  expect(verdict).toEqual({ kind: 'later', reason: 'the server was not reached (ECONNREFUSED)' })
})

test('a server that speaks no TLS is a failure for later, and was not reached: nobody is asked whether it may go', async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `https://127.0.0.1:${portOf(server)}`
  const mayGo = vi.fn(anyTime)
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, mayGo)).toMatchObject({ kind: 'later' })
  expect(mayGo).not.toHaveBeenCalled()
})

test('somebody who opts out while the server is being reached is heard: not a byte of the event leaves', async () => {
  const received: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (chunk) => received.push(chunk))).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const host = `http://127.0.0.1:${portOf(server)}`
  const asked: boolean[] = []
  const mayGo = () => asked.push(false) === 0
  const arrived = once(server, 'connection')
  expect(await send([toWire(sampleEvent())], { host, apiKey }, never, mayGo)).toEqual({ kind: 'withheld' })
  const [socket] = await arrived
  if (!socket.closed) await once(socket, 'close')
  expect(Buffer.concat(received).toString()).toBe('')
  expect(asked).toEqual([false])
})

test('nothing is printed, whatever the server does', async () => {
  const printed: unknown[] = []
  const { error, warn, log } = console
  Object.assign(console, { error: keep, warn: keep, log: keep })
  onTestFinished(() => void Object.assign(console, { error, warn, log }))
  for (const status of [200, 302, 400, 401, 413, 429, 500, 503]) {
    const receiver = await freshReceiver({ status })
    await send([toWire(sampleEvent())], { host: receiver.url, apiKey }, never, anyTime)
  }
  expect(printed).toEqual([])

  function keep(...words: unknown[]) {
    printed.push(words)
  }
})

/** A server that takes a request to its end and is then handed the socket; its address. */
async function startRaw(answer: (socket: Socket) => void): Promise<string> {
  const server = createHttpServer((request) => {
    request.resume().on('end', () => answer(request.socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server)}`
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
