import { expect, onTestFinished, test, vi } from 'vitest'
import { followHandler } from './fetch.ts'
import type { RequestFacts } from './request-meter.ts'

const all: RequestFacts[] = []
const server = { request: (facts: RequestFacts) => all.push(facts), close: async () => {} }

test.each<[string, () => Response | Promise<Response>, number]>([
  ['a response', () => Response.json({}), 200],
  ['one that is promised', async () => new Response(null, { status: 201 }), 201],
  [
    'an error, which goes on to whoever called',
    () => {
      throw new Error('jane')
    },
    500,
  ],
])('%s', async (_sentence, handler, statusCode) => {
  all.length = 0
  const GET = followHandler(server, '/api/cakes/[id]', handler)
  const outcome = await GET(new Request('http://127.0.0.1/api/cakes/jane')).catch((error: unknown) => error)
  expect(outcome).toBeInstanceOf(statusCode === 500 ? Error : Response)
  expect(all).toEqual([expect.objectContaining({ endpoint: '/api/cakes/{id}', method: 'GET', statusCode })])
})

/** As Next throws what is no failure: by the digest of an error. */
const answerOfNext = (digest: string) => Object.assign(new Error(digest), { digest })

test.each<[string, unknown, number]>([
  ['a response', new Response(null, { status: 302 }), 302],
  ['a redirect of Next', answerOfNext('NEXT_REDIRECT;replace;/cakes/jane;307;'), 307],
  ['its page for what is not there', answerOfNext('NEXT_HTTP_ERROR_FALLBACK;404'), 404],
  ['another digest', answerOfNext('1234567'), 500],
  ['nothing', undefined, 500],
  [
    'what nobody may look at',
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('none')
        },
      },
    ),
    500,
  ],
])('thrown: %s', async (_sentence, thrown, statusCode) => {
  all.length = 0
  const GET = followHandler(server, '/api/cakes/[id]', () => {
    throw thrown
  })
  const outcome = await GET(new Request('http://127.0.0.1/')).catch((error: unknown) => [error])
  expect(Array.isArray(outcome) && outcome[0] === thrown).toBe(true)
  expect(all).toEqual([expect.objectContaining({ endpoint: '/api/cakes/{id}', statusCode })])
})

test('what else the framework passes reaches the handler', async () => {
  const GET = followHandler(
    server,
    '/api/cakes/[id]',
    async (_request: Request, { params }: { params: Promise<{ id: string }> }) =>
      new Response((await params).id),
  )
  const response = await GET(new Request('http://127.0.0.1/'), { params: Promise.resolve({ id: '7' }) })
  expect(await response.text()).toBe('7')
})

test.each<[string, unknown, () => unknown, unknown]>([
  ['no request, as in a test of the handler', undefined, () => 'cake', 'cake'],
  [
    'no request, and an error of the handler',
    undefined,
    () => {
      throw new RangeError('jane')
    },
    new RangeError('jane'),
  ],
  [
    'a request that can not be asked',
    {
      get method() {
        throw new Error('none')
      },
    },
    () => 'cake',
    'cake',
  ],
])('the host gets its own outcome: %s', async (_sentence, request, handler, outcome) => {
  const GET = followHandler(server, '/api/cakes/[id]', handler)
  const called: Promise<unknown> = Reflect.apply(GET, undefined, [request])
  expect(await called.catch((error: unknown) => error)).toEqual(outcome)
})

test.each<[string, object]>([
  [
    'can not be read',
    {
      get status() {
        throw new Error('none')
      },
    },
  ],
  ['is no number, which no event takes', { status: '201' }],
])('a response whose status %s goes on, and counts as 200', async (_sentence, response) => {
  all.length = 0
  const GET = followHandler(server, '/', () => response)
  expect(await GET({ method: 'GET' })).toBe(response)
  expect(all).toMatchObject([{ statusCode: 200 }])
})

test('a handler that asks its object by `this` still can', async () => {
  const bakery = { cake: 'apple', GET: followHandler(server, '/', handler) }
  function handler(this: unknown, _request: { readonly method: string }) {
    return this
  }
  expect(await bakery.GET({ method: 'GET' })).toBe(bakery)
})

test('a request has the duration from its arrival to its response', async () => {
  all.length = 0
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  onTestFinished(() => clock.mockRestore())
  const GET = followHandler(server, '/', async () => void clock.mockReturnValue(1_042))
  await GET({ method: 'GET' })
  expect(all.map(({ durationMs }) => durationMs)).toEqual([42])
})
