import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sampleEvent } from '../test/samples.ts'
import { probe } from './probe.ts'
import { send } from './send.ts'
import { toWire } from './wire.ts'

/** A TCP server that does this with every connection; gives its port. */
async function listen(connected: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    connected(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const answer = (text: string) => (socket: Socket) => void socket.once('data', () => socket.end(text))
const ANSWER = 'HTTP/1.1 200 OK\r\nDate: Sat, 31 Jan 2026 10:00:00 GMT\r\nContent-Length: 0\r\n\r\n'

test.each<[string, (socket: Socket) => void, object]>([
  [
    'an answer',
    answer(ANSWER),
    { reached: 'answer', status: 200, serverTime: new Date('2026-01-31T10:00:00.000Z') },
  ],
  ['an answer without a time', answer('HTTP/1.1 405 No\r\n\r\n'), { reached: 'answer', status: 405 }],
  [
    'a redirect, which is not followed',
    answer('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n'),
    { reached: 'answer', status: 302 },
  ],
  [
    'an offer of another protocol that nobody asked for',
    answer('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    { reached: 'answer', status: 101 },
  ],
  ['another protocol', answer('SSH-2.0\r\n'), { reached: 'nothing', step: 'answer' }],
  ['an end at once', (socket) => void socket.destroy(), { reached: 'nothing', step: 'answer' }],
  ['silence', () => {}, { reached: 'nothing', step: 'answer', reason: 'no answer in time' }],
])('%s', async (_, connected, expected) => {
  const port = await listen(connected)
  for (const host of ['127.0.0.1', 'localhost'])
    expect(await probe(`http://${host}:${port}`, AbortSignal.timeout(1_000))).toMatchObject(expected)
})

test('a server that offers another protocol does not keep the doctor from ending', async () => {
  const connected = new EventEmitter()
  const closed = once(connected, 'close')
  const port = await listen((socket) => {
    socket.resume().on('close', () => connected.emit('close'))
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  })
  expect(await probe(`http://127.0.0.1:${port}`)).toMatchObject({ reached: 'answer', status: 101 })
  await closed
})

test('whoever asks a server that never answers is kept for five seconds, and not until Ctrl-C', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.timeout(100))
  onTestFinished(() => timeout.mockRestore())
  const port = await listen(() => {})
  expect(await probe(`http://127.0.0.1:${port}`)).toMatchObject({ reason: 'no answer in time' })
  expect(timeout).toHaveBeenCalledWith(5_000)
})

test('it asks for the head of the host, and tells nothing', async () => {
  let asked = ''
  const port = await listen((socket) =>
    socket.on('data', (bytes) => {
      asked += bytes
      socket.end(ANSWER)
    }),
  )
  await probe(`http://127.0.0.1:${port}/posthog`)
  expect(asked).toBe(`HEAD /posthog HTTP/1.1\r\nConnection: close\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
})

test.each([
  ['nobody listens', 'http://127.0.0.1:1', 'connection'],
  ['nobody listens, by name', 'http://localhost:1', 'connection'],
  ['nobody listens, by an address of IPv6', 'http://[::1]:1', 'connection'],
  ['a name that can be none', `http://${'x'.repeat(64)}.invalid`, 'name'],
])('%s', async (_, host, step) => {
  expect(await probe(host)).toMatchObject({ reached: 'nothing', step })
})

test.each<[string, (host: string) => Promise<unknown>]>([
  ['who is far from the server is told of no connection, though events arrive', (host) => probe(host)],
  [
    'of who is far from the server no event ever arrives',
    (host) =>
      send([toWire(sampleEvent())], { host, apiKey: 'phc_test' }, new AbortController().signal, () => true),
  ],
])('%s', async (_, ask) => {
  const connecting = vi.spyOn(Socket.prototype, 'connect')
  onTestFinished(() => connecting.mockRestore())
  await ask('http://localhost:1')
  const patient = expect.objectContaining({ autoSelectFamilyAttemptTimeout: 3_000 })
  expect(connecting.mock.calls.flat(2)).toContainEqual(patient)
})

test('a server without encryption behind https', async () => {
  const port = await listen(answer(ANSWER))
  expect(await probe(`https://127.0.0.1:${port}`)).toMatchObject({ reached: 'nothing', step: 'encryption' })
})
