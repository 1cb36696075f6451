import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { Agent, get, type Server } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { ask } from '../test/ask.ts'
import { emptyProject, type TempProject } from '../test/temp-project.ts'
import { PortTakenError } from './listen-error.ts'
import { exposureWarning } from './security.ts'
import { requireAddress, startServer } from './server.ts'

/** Before any server has started here. */
const { Request, Response } = globalThis

let project: TempProject
beforeEach(async () => {
  project = await emptyProject()
})
afterEach(() => project.remove())

test('listens on a free port of the loopback and says where', async () => {
  const server = await startServer({ directory: project.directory, port: 0 })
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
  expect((await fetch(`${server.url}/api/health`)).status).toBe(200)
  await server.close()
})

test.for<[string, string, string]>([
  ['every address of the machine', '0.0.0.0', '127.0.0.1'],
  ['every address, those of IPv6 too', '::', '[::1]'],
  ['the loopback of IPv6', '::1', '[::1]'],
])(
  'the address that is printed is one that a browser can open: %s',
  async ([_what, host, shown], { skip }) => {
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address))
    skip(host !== '0.0.0.0' && !addresses.includes('::1'), 'there is no IPv6 here')
    const server = await startServer({ directory: project.directory, host, port: 0 })
    onTestFinished(() => server.close())
    expect(server.url).toBe(`http://${shown}:${server.port}`)
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200)
  },
)

test('a port that is taken is an error that says which, where, and what to do', async () => {
  const first = await startServer({ directory: project.directory, port: 0 })
  const second = startServer({ directory: project.directory, port: first.port })
  await expect(second).rejects.toBeInstanceOf(PortTakenError)
  await expect(second).rejects.toMatchObject({ port: first.port })
  await expect(second).rejects.toThrow(`Port ${first.port} on 127.0.0.1 is already in use.`)
  await expect(second).rejects.toThrow('--port')
  await first.close()
})

test('an address can be asked for before there is anything to serve', async () => {
  const first = await startServer({ directory: project.directory, port: 0 })
  const { port } = first
  await expect(requireAddress({ host: '127.0.0.1', port })).rejects.toBeInstanceOf(PortTakenError)
  await first.close()
  await requireAddress({ host: '127.0.0.1', port })
  await expect(fetch(first.url)).rejects.toThrow()
})

test.each([-1, 65536, 1.5, Number.NaN])('%d is no port', async (port) => {
  await expect(startServer({ directory: project.directory, port })).rejects.toBeInstanceOf(RangeError)
})

test('the host of a variable that is not set opens nothing to the network', async () => {
  const started = startServer({ directory: project.directory, host: '', port: 0 })
  await expect(started).rejects.toThrow(
    new RangeError('The host must not be empty. Without one it is 127.0.0.1.'),
  )
})

test('an address that is not of this machine is an error that says so', async () => {
  const started = startServer({ directory: project.directory, host: '192.0.2.1', port: 0 })
  await expect(started).rejects.toThrow('192.0.2.1 is not an address of this machine.')
})

test('an address that is one of each interface says what it lacks', async () => {
  const started = startServer({ directory: project.directory, host: 'fe80::1', port: 0 })
  await expect(started).rejects.toThrow('fe80::1 can not be listened on as it is. Choose another with --host')
})

test('a lie about the host is refused over the wire', async () => {
  const server = await startServer({ directory: project.directory, port: 0 })
  const reply = await ask(server.port, { path: '/api/project', headers: { host: 'evil.example' } })
  expect(reply.status).toBe(403)
  await server.close()
})

/** The times never come after which whatever is still open is cut off: ours, and Node's own for an idle connection. */
function patiently(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const keepAlive = (message: unknown) =>
    Object.assign((message as { server: Server }).server, { keepAliveTimeout: 0 })
  subscribe('http.server.request.start', keepAlive)
  onTestFinished(() => {
    vi.useRealTimers()
    unsubscribe('http.server.request.start', keepAlive)
  })
}

test('closing ends an idle connection, and a second close is the first', async () => {
  patiently()
  const server = await startServer({ directory: project.directory, port: 0 })
  const agent = new Agent({ keepAlive: true })
  const [response] = await once(get(`${server.url}/api/health`, { agent }), 'response')
  response.resume()
  await once(response, 'end')
  const closed = server.close()
  expect(server.close()).toBe(closed)
  await closed
  // It would keep the program from ending for so long.
  expect(vi.getTimerCount()).toBe(0)
  await expect(fetch(server.url)).rejects.toThrow()
  agent.destroy()
})

test('closing lets a running request finish, and then ends its connection', async () => {
  patiently()
  const steps = new EventEmitter()
  const entered = once(steps, 'entered')
  const server = await startServer({
    directory: project.directory,
    port: 0,
    middleware: [
      async (_c, next) => {
        const released = once(steps, 'released')
        steps.emit('entered')
        await released
        await next()
      },
    ],
  })
  const agent = new Agent({ keepAlive: true })
  const response = once(get(`${server.url}/api/health`, { agent }), 'response')
  await entered
  const closed = server.close()
  steps.emit('released')
  expect((await response)[0].statusCode).toBe(200)
  await closed
  agent.destroy()
})

test('closing cuts off no answer that is complete and still on its way to a slow client', async () => {
  patiently()
  const body = 'x'.repeat(20_000_000)
  const server = await startServer({
    directory: project.directory,
    port: 0,
    middleware: [async (c) => c.body(body)],
  })
  const [response] = await once(get(server.url, { agent: new Agent({ keepAlive: true }) }), 'response')
  const closed = server.close()
  expect((await text(response)).length).toBe(body.length)
  await closed
})

test('closing does not wait for a request that never ends', async () => {
  const steps = new EventEmitter()
  const entered = once(steps, 'entered')
  const server = await startServer({
    directory: project.directory,
    port: 0,
    middleware: [
      () => {
        steps.emit('entered')
        return new Promise(() => {})
      },
    ],
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const ended = once(socket, 'close')
  socket.resume()
  await entered
  await server.close()
  await ended
})

test('an error in telling of an error is a 500 that says nothing of either', async () => {
  const fail = (message: string) => () => {
    throw new Error(message)
  }
  const server = await startServer({
    directory: project.directory,
    port: 0,
    middleware: [fail('one')],
    onError: fail('two'),
  })
  onTestFinished(() => server.close())
  expect(await ask(server.port, { path: '/' })).toMatchObject({
    status: 500,
    text: '{"error":{"message":"Something went wrong on the server."}}',
  })
})

test('requests that are no HTTP or name no host are answered 400', async () => {
  const server = await startServer({ directory: project.directory, port: 0 })
  for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n']) {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(bytes)
    const [data] = await once(socket, 'data')
    expect(String(data)).toMatch(/^HTTP\/1\.1 400 /)
    socket.destroy()
  }
  await server.close()
})

test.each([
  ['has a Host that is none', 400, 'GET / HTTP/1.1\r\nHost: a b'],
  ['has no path', 400, 'OPTIONS * HTTP/1.1\r\nHost: localhost'],
  ['has headers above 16 KB', 431, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(17_000)}`],
  ['expects what nobody knows', 417, 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: more'],
])(
  'a request that %s is answered %i, and nothing that watches requests sees it',
  async (_, status, request) => {
    let seen = 0
    const server = await startServer({
      directory: project.directory,
      port: 0,
      middleware: [
        (_c, next) => {
          seen += 1
          return next()
        },
      ],
    })
    onTestFinished(() => server.close())
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`${request}\r\n\r\n`)
    const [data] = await once(socket, 'data')
    socket.destroy()
    expect(String(data)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(seen).toBe(0)
  },
)

test.each([
  ['0', '0.0.0.0', '127.0.0.1'],
  ['::0', '[::]', '[::1]'],
])('on %s it answers under what a browser makes of that', async (host, asked, shown) => {
  const server = await startServer({ directory: project.directory, host, port: 0 })
  onTestFinished(() => server.close())
  const headers = { host: `${asked}:${server.port}` }
  expect(await ask(server.port, { path: '/api/health', headers })).toMatchObject({ status: 200 })
  expect(await fetch(`${server.url}/api/health`)).toMatchObject({ status: 200 })
  expect(server.url).toBe(`http://${shown}:${server.port}`)
})

test.each(['LOCALHOST', '127.1', '::ffff:127.0.0.1', '::FFFF:7fff:1'])('%s is the loopback', (host) => {
  expect(exposureWarning(host)).toBeUndefined()
})

test.each(['::ffff:10.0.0.1', '::ffff:126.1.2.3', '::ffff:0.127.0.1'])(
  '%s is told to be reached by other machines',
  (host) => {
    expect(exposureWarning(host)).toContain('other machines can reach this server')
  },
)

test('the program around the server keeps its own Request and Response', async () => {
  const server = await startServer({ directory: project.directory, port: 0 })
  onTestFinished(() => server.close())
  expect(globalThis.Request).toBe(Request)
  expect(globalThis.Response).toBe(Response)
})
