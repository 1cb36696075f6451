import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { followRequests as followExpress } from './express.ts'
import { clock, endpoints, type NodeResponse, responseFollower } from './follow-response.ts'
import { followRequests as followHono } from './hono.ts'
import { followRequests as followKoa } from './koa.ts'
import { followListener } from './node-http.ts'
import type { RequestFacts } from './request-meter.ts'

test.each<[string, Partial<NodeResponse>, number]>([
  ['was sent before', {}, 200],
  ['begins only now', { headersSent: false }, 499],
])(
  'a response whose client is gone already is counted, for no `close` will follow, with the route that it takes now: it %s',
  async (_sentence, facts, statusCode) => {
    const counted: RequestFacts[] = []
    let route = ''
    const follow = responseFollower(
      { request: (facts) => counted.push(facts), close: async () => {} },
      () => route,
    )
    const response = Object.assign(new EventEmitter(), { statusCode: 200, closed: true, ...facts })
    follow(response, { method: 'GET' }, undefined)
    route = '/cakes/:id'
    Object.assign(response, { headersSent: true })
    await nextTurn()
    expect(counted).toMatchObject([{ endpoint: '/cakes/{id}', method: 'GET', statusCode }])
  },
)

test('a request whose client left before its answer began has no status of an answer', () => {
  const counted: RequestFacts[] = []
  const follow = responseFollower(
    { request: (facts) => counted.push(facts), close: async () => {} },
    () => '/cakes/:id',
  )
  for (const headersSent of [false, true]) {
    const response = Object.assign(new EventEmitter(), { statusCode: 201, headersSent })
    follow(response, { method: 'GET' }, undefined)
    response.emit('close')
  }
  expect(counted.map(({ statusCode }) => statusCode)).toEqual([499, 201])
})

test('an upgrade that was refused is counted with the status of its answer', () => {
  const counted: RequestFacts[] = []
  const follow = responseFollower(
    { request: (facts) => counted.push(facts), close: async () => {} },
    () => '/oven',
  )
  const response = Object.assign(new EventEmitter(), {
    ...{ statusCode: 403, headersSent: true },
    req: { upgrade: true },
  })
  follow(response, { method: 'GET' }, undefined)
  response.emit('close')
  expect(counted).toMatchObject([{ endpoint: '/oven', statusCode: 403 }])
})

test.each<[string, PropertyDescriptor | undefined]>([
  ['took its clock away', undefined],
  [
    'put one in its place that fails',
    {
      value: {
        now: () => {
          throw new Error('a mock')
        },
      },
    },
  ],
])('a request of a host that %s takes no time, and is counted', (_sentence, replaced) => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'performance')
  Reflect.deleteProperty(globalThis, 'performance')
  if (replaced) Object.defineProperty(globalThis, 'performance', { ...replaced, configurable: true })
  try {
    expect(clock()()).toBe(0)
  } finally {
    Object.defineProperty(globalThis, 'performance', own ?? {})
  }
})

test('a request has the duration from its arrival to its end', () => {
  const counted: RequestFacts[] = []
  const follow = responseFollower(
    { request: (facts) => counted.push(facts), close: async () => {} },
    () => '/cakes/:id',
  )
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1_000)
  onTestFinished(() => clock.mockRestore())
  const response = Object.assign(new EventEmitter(), { statusCode: 200 })
  follow(response, { method: 'GET' }, undefined)
  clock.mockReturnValue(1_042)
  response.emit('close')
  expect(counted.map(({ durationMs }) => durationMs)).toEqual([42])
})

test('templates that are made at run time do not fill the memory', () => {
  const endpointOf = endpoints((template: string) => template)
  for (let number = 0; number < 1_000; number += 1) endpointOf(`/cakes/of-${number}`)
  const set = vi.spyOn(Map.prototype, 'set')
  onTestFinished(() => set.mockRestore())
  expect(endpointOf('/cakes/:id')).toBe('/cakes/{id}')
  expect(set.mock.calls.filter(([key]) => key === '/cakes/:id')).toEqual([])
})

const server = { request: () => {}, close: async () => {} }
/** What a request is handed to, behind the follower: says that it was reached. */
type Host = (response: object, reached: () => void) => unknown

const HOSTS: readonly (readonly [string, Host])[] = [
  [
    'a listener of node:http',
    (response, reached) =>
      Reflect.apply(followListener(server, reached), undefined, [{ method: 'GET' }, response]),
  ],
  [
    'express',
    (response, reached) =>
      Reflect.apply(followExpress(server), undefined, [{ method: 'GET' }, response, reached]),
  ],
  [
    'koa',
    (res, reached) =>
      Reflect.apply(followKoa(server), undefined, [{ req: { method: 'GET' }, res }, async () => reached()]),
  ],
  [
    'hono',
    (outgoing, reached) =>
      Reflect.apply(followHono(server), undefined, [{ env: { outgoing }, req: {} }, async () => reached()]),
  ],
]

test.each(
  HOSTS.flatMap(([framework, handle]) => [
    [framework, 'a response of a test, without `on`', { statusCode: 200 }, handle] as const,
    [framework, 'one that is frozen', Object.freeze({ statusCode: 200, on: () => {} }), handle] as const,
  ]),
)('%s goes on with %s', async (_framework, _sentence, response, handle) => {
  let reached = 0
  await handle(response, () => {
    reached += 1
  })
  expect(reached).toBe(1)
})

test('an error while a request is counted stays with telemetry', () => {
  const follow = responseFollower(
    {
      request: () => {
        throw new Error('jane')
      },
      close: async () => {},
    },
    () => '/cakes/:id',
  )
  const response = Object.assign(new EventEmitter(), { statusCode: 200 })
  follow(response, { method: 'GET' }, undefined)
  expect(response.emit('close')).toBe(true)
})
