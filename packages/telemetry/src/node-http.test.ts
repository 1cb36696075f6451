import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { UNMATCHED } from '@visivo/sanitize'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Oven, testBakery } from '../test/http-cases.ts'
import { listen } from '../test/listen.ts'
import { followListener, followRequests } from './node-http.ts'
import type { RequestFacts } from './request-meter.ts'

/** A router in a few lines: where a request goes, and the template that it matched. */
const ROUTES: readonly (readonly [RegExp, string, (response: ServerResponse, oven: Oven) => unknown])[] = [
  [/^GET \/cakes$/, '/cakes', (response) => response.end('[]')],
  [/^POST \/cakes$/, '/cakes', (response) => response.writeHead(201).end()],
  [/^(GET|HEAD) \/cakes\/[^/]+$/, '/cakes/:id', (response) => response.end('cake')],
  [/^GET \/shops\/[^/]+\/orders\/[^/]+$/, '/shops/:shop/orders/:order', (response) => response.end('{}')],
  [/^GET \/shops\/[^/]+\/broken$/, '/shops/:shop/broken', (response) => response.writeHead(500).end()],
  [/^GET \/broken$/, '/broken', (response) => response.writeHead(500).end()],
  [/^GET \/files\//, '/files/*', (response) => response.end('file')],
  [/^GET \/vault\/[^/]+$/, '/vault/:key', (response) => response.writeHead(401).end()],
  [
    /^GET \/stream$/,
    '/stream',
    (response, oven) => {
      response.write('one')
      void oven.done.then(() => response.end('two'))
    },
  ],
  [/^GET \/half$/, '/half', (response) => response.write('one')],
  [/^GET \/silent$/, '/silent', (_response, oven) => oven.reached()],
]

const routeOf = ({ method, url = '' }: IncomingMessage) =>
  ROUTES.find(([route]) => route.test(`${method} ${url.replace(/\?.*/, '')}`))
const listener = (oven: Oven) => (request: IncomingMessage, response: ServerResponse) => {
  const route = routeOf(request)
  if (route) route[2](response, oven)
  else response.writeHead(404).end()
}
const template = (request: IncomingMessage) => routeOf(request)?.[1]

testBakery('a server of node:http', async (server, oven) => {
  const http = createServer(listener(oven))
  followRequests(server, http, { template })
  return listen(http)
})

testBakery('a listener of node:http', (server, oven) =>
  listen(createServer(followListener(server, listener(oven), { template }))),
)

async function rejecting(): Promise<never> {
  throw new Error('jane')
}

test.each([
  ['without a template, every endpoint is unmatched', {}, '<unmatched>'],
  ['the words of the program, and nothing else', { words: ['cakes', 'orders'] }, '/cakes/{id}/orders/{id}'],
  ['a template that is not found', { template: () => undefined }, '<unmatched>'],
  ['one that says so in our own word', { template: () => UNMATCHED }, '<unmatched>'],
  [
    'a function that throws, which nobody notices',
    {
      template: () => {
        throw new Error('jane')
      },
    },
    '<unmatched>',
  ],
  // Which only a program without types can hand over. Vitest fails where a rejection is left over.
  ['one that is `async` and throws', { template: rejecting as () => never }, '<unmatched>'],
])('%s', async (_sentence, options, endpoint) => {
  const endpoints: string[] = []
  const http = createServer((_request, response) => void response.end())
  const counted = new Promise<void>((resolve) => {
    const request = (facts: { readonly endpoint: string }) => {
      endpoints.push(facts.endpoint)
      resolve()
    }
    followRequests({ request, close: async () => {} }, http, options)
  })
  const { port, close } = await listen(http)
  const response = await fetch(`http://127.0.0.1:${port}/cakes/jane/orders/hunter2`)
  await response.text()
  await counted
  await close()
  expect(response.status).toBe(200)
  expect(endpoints).toEqual([endpoint])
})

test('an endpoint keeps the words that a program takes off the path as it passes the request on, as Connect does', async () => {
  const counted: RequestFacts[] = []
  const http = createServer((request, response) => {
    request.url = request.url?.replace('/shops', '')
    response.end('cake')
  })
  followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http, {
    words: ['shops', 'cakes'],
  })
  const { port, close } = await listen(http)
  await (await fetch(`http://127.0.0.1:${port}/shops/cakes/jane`)).text()
  await close()
  expect(counted.map(({ endpoint }) => endpoint)).toEqual(['/shops/cakes/{id}'])
})

const answer = (_request: IncomingMessage, response: ServerResponse) => void response.end('cake')

test.each<[string, string, (http: Server) => unknown, number]>([
  ['by Node itself', '100-continue', () => {}, 200],
  ['by the server', '100-continue', (http) => http.on('checkContinue', answer), 200],
  [
    'by the server, as any other',
    '100-continue',
    (http) => http.on('checkContinue', (...own) => http.emit('request', ...own)),
    200,
  ],
  ['that nobody answers for', 'a cake', () => {}, 417],
  ['that the server answers for', 'a cake', (http) => http.on('checkExpectation', answer), 200],
])(
  'a request with an expectation is answered %s, and counted once',
  async (_sentence, expect_, prepare, status) => {
    const counted: RequestFacts[] = []
    const http = createServer(answer)
    prepare(http)
    followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http)
    const { port, close } = await listen(http)
    const asked = request({ port, host: '127.0.0.1', method: 'POST', headers: { expect: expect_ } }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    await close()
    expect(response.statusCode).toBe(status)
    // Node answers the one that nobody answers for without a word to anybody.
    expect(counted.map(({ statusCode }) => statusCode)).toEqual(status === 417 ? [] : [status])
  },
)

test.each([
  ['request', {}],
  ['checkContinue', { expect: '100-continue' }],
  ['checkExpectation', { expect: 'a cake' }],
])(
  'a listener for %s that comes after the server is followed has its requests counted',
  async (arrival, headers) => {
    const counted: RequestFacts[] = []
    const http = createServer()
    followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http)
    http.on(arrival, answer)
    const { port, close } = await listen(http)
    const asked = request({ port, host: '127.0.0.1', headers }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    await close()
    expect(counted.map(({ statusCode }) => statusCode)).toEqual([200])
  },
)

test('a server whose listeners are taken away and exchanged, as by Engine.IO, has its requests counted once', async () => {
  const counted: RequestFacts[] = []
  const http = createServer(answer)
  for (const _time of ['once', 'twice'])
    followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http)
  const others = http.listeners('request')
  http.removeAllListeners('request')
  http.on('request', (...own) => {
    if (own[0].url === '/own') answer(...own)
    else for (const other of others) Reflect.apply(other, http, own)
  })
  const { port, close } = await listen(http)
  for (const path of ['/own', '/other']) {
    const asked = request({ port, host: '127.0.0.1', path }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
  }
  await close()
  expect(counted.map(({ statusCode }) => statusCode)).toEqual([200, 200])
})

const answerByStream = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 207 })
  stream.end('cake')
}

test.each<[string, (http: Http2Server) => unknown, readonly number[]]>([
  [
    'without a listener for requests is left alone, an expectation too',
    (http) => http.on('stream', (stream) => setImmediate(answerByStream, stream)),
    [],
  ],
  [
    'in a listener for requests is counted with the status that it sent',
    (http) =>
      http
        .on('checkExpectation', (...own) => http.emit('request', ...own))
        .on('request', (_request, { stream }) => answerByStream(stream)),
    [207],
  ],
])('a server of http2 that answers by its streams %s', async (_sentence, prepare, statuses) => {
  const counted: RequestFacts[] = []
  const http = createHttp2Server()
  prepare(http)
  followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const client = connectHttp2(`http://127.0.0.1:${typeof address === 'object' && address?.port}`)
  const asked = client.request({ ':path': '/', expect: 'a cake' })
  const [{ ':status': status }] = (await once(asked, 'response')) as [{ ':status': number }]
  const body = await text(asked)
  client.close()
  http.close()
  await once(http, 'close')
  expect([status, body]).toEqual([207, 'cake'])
  expect(counted.map(({ statusCode }) => statusCode)).toEqual(statuses)
})

/** Where the requests that a client sends at once are handed to, each as soon as it is there. */
type AtOnce = (responses: readonly ServerResponse[], connection: Socket) => unknown

test.each<[string, AtOnce, readonly number[]]>([
  [
    'the client leaves, and no answer was sent, though one was written',
    ([, written], connection) => {
      written?.end('cake')
      connection.destroy()
    },
    [499, 499, 499],
  ],
  [
    'the client leaves in the middle of the first answer',
    ([first], connection) => {
      first?.write('cake')
      connection.destroy()
    },
    [200, 499, 499],
  ],
  [
    'the client leaves in the middle of the second answer, whose turn has come',
    ([first, second], connection) => {
      second?.write('cake')
      first?.end('cake').once('close', () => connection.destroy())
    },
    [200, 200, 499],
  ],
  [
    'all are answered, the last one first',
    ([first, second, third]) => {
      for (const response of [third, second, first]) response?.end('cake')
    },
    [200, 200, 200],
  ],
])('requests that a client sends at once are counted once each: %s', async (_sentence, handle, statuses) => {
  const counted: RequestFacts[] = []
  const responses: ServerResponse[] = []
  const http = createServer((request, response) => {
    responses.push(response)
    if (responses.length === 3) handle(responses, request.socket)
  })
  followRequests({ request: (facts) => counted.push(facts), close: async () => {} }, http)
  const { port, close } = await listen(http)
  const arrived = once(http, 'connection')
  const client = connect(port, '127.0.0.1')
  client.end('GET /cakes HTTP/1.1\r\nHost: cake\r\n\r\n'.repeat(3)).resume()
  const [connection] = (await arrived) as [Socket]
  const before = [connection.getMaxListeners(), connection.listenerCount('close')]
  await once(connection, 'close')
  await close()
  expect(counted.map(({ statusCode }) => statusCode).sort()).toEqual(statuses)
  const isAnswered = statuses.every((status) => status === 200)
  if (isAnswered) expect([connection.getMaxListeners(), connection.listenerCount('close')]).toEqual(before)
})

test('no warning is printed of a client that sends many requests at once, nor of as many listeners as a program may have', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const responses: ServerResponse[] = []
  const http = createServer((_request, response) => {
    for (let more = 0; more < 10; more += 1) response.on('close', () => {})
    if (responses.push(response) === 20) for (const one of responses) one.end('cake')
  })
  followRequests({ request: () => {}, close: async () => {} }, http)
  const { port, close } = await listen(http)
  const client = connect(port, '127.0.0.1')
  client.end('GET /cakes HTTP/1.1\r\nHost: cake\r\n\r\n'.repeat(20)).resume()
  await once(client, 'close')
  await close()
  expect(responses).toHaveLength(20)
  expect(warn.mock.calls).toEqual([])
})

test('a request that was sent behind another one, and is followed when its client is gone, is counted', async () => {
  const counted: RequestFacts[] = []
  const arrived: [IncomingMessage, ServerResponse][] = []
  const follow = followListener({ request: (facts) => counted.push(facts), close: async () => {} }, () => {})
  const http = createServer((...own) => {
    if (arrived.push(own) === 2) own[0].socket.destroy()
  })
  const { port, close } = await listen(http)
  const client = connect(port, '127.0.0.1')
  client.end('GET /cakes HTTP/1.1\r\nHost: cake\r\n\r\n'.repeat(2)).resume()
  const [connection] = (await once(http, 'connection')) as [Socket]
  await once(connection, 'close')
  for (const own of arrived) follow(...own)
  await close()
  await expect.poll(() => counted.map(({ statusCode }) => statusCode)).toEqual([499, 499])
})

test('a listener that asks its server by `this` still can', async () => {
  const asked: unknown[] = []
  function own(this: unknown, request: IncomingMessage, response: ServerResponse) {
    asked.push(this)
    answer(request, response)
  }
  const http = createServer(followListener({ request: () => {}, close: async () => {} }, own))
  const { port, close } = await listen(http)
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  await close()
  expect(asked).toEqual([http])
})

test('a listener that is async gives its promise to the server, which may wait for it', () => {
  const promise = Promise.resolve()
  const followed = followListener({ request: () => {}, close: async () => {} }, () => promise)
  expect(Reflect.apply(followed, undefined, [{ method: 'GET' }, {}])).toBe(promise)
})

test('with telemetry off nothing listens to a server of node:http', () => {
  const http = createServer(answer)
  const found = () => [http.getMaxListeners(), ...http.eventNames().map((name) => http.listenerCount(name))]
  const before = found()
  followRequests({ isOff: true, request: () => {}, close: async () => {} }, http)
  expect(found()).toEqual(before)
})

test.each([[undefined], [{}]])(
  'a program that hands over no server goes on as with telemetry off: %j',
  (http) => {
    const follow = () => Reflect.apply(followRequests, undefined, [{ request: () => {} }, http])
    expect(follow).not.toThrow()
  },
)
