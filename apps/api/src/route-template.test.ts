import type { MiddlewareHandler } from 'hono'
import { matchedRoutes, routePath } from 'hono/route'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'

interface Seen {
  readonly method: string
  readonly status: number
  /** The route that answered, or the last middleware when none did. */
  readonly answeredBy: string
  /** The last route that fits the path and isn't one for every path. */
  readonly template: string | undefined
}

/** Asks the app, and gives the status and what the first middleware saw of it. */
async function seen(
  path: string,
  init: RequestInit = {},
  more: readonly MiddlewareHandler[] = [],
): Promise<Seen> {
  let saw: Seen | undefined
  const probe: MiddlewareHandler = async (c, next) => {
    await next()
    const template = matchedRoutes(c).findLast((route) => !route.path.endsWith('*'))?.path
    saw = { method: c.req.method, status: c.res.status, answeredBy: routePath(c), template }
  }
  const options = { directory: '/nonexistent', middleware: [probe, ...more], onError: () => {} }
  const response = await createApp(options).request(path, init)
  if (!saw) throw new Error('The first middleware saw nothing.')
  expect(saw.status).toBe(response.status)
  return saw
}

test.each<[string, string, RequestInit, Seen]>([
  ['the page', '/', {}, { method: 'GET', status: 200, answeredBy: '/', template: '/' }],
  [
    'a route',
    '/api/health',
    {},
    { method: 'GET', status: 200, answeredBy: '/api/health', template: '/api/health' },
  ],
  [
    'a name in the path, in a router that is mounted',
    '/api/models/s3cret%20name/data',
    {},
    { method: 'GET', status: 503, answeredBy: '/api/models/:name/data', template: '/api/models/:name/data' },
  ],
  [
    'HEAD stays HEAD and has the template of GET',
    '/api/dashboards/x',
    { method: 'HEAD' },
    { method: 'HEAD', status: 503, answeredBy: '/api/dashboards/:name', template: '/api/dashboards/:name' },
  ],
  [
    'a method that the path does not have',
    '/api/models/x',
    { method: 'DELETE' },
    { method: 'DELETE', status: 405, answeredBy: '/api/models/:name', template: '/api/models/:name' },
  ],
  [
    'a method that HTTP does not have',
    '/api/models',
    { method: 'BREW' },
    { method: 'BREW', status: 405, answeredBy: '/api/models', template: '/api/models' },
  ],
  [
    'a path that is not there',
    '/nope',
    {},
    { method: 'GET', status: 404, answeredBy: '/*', template: undefined },
  ],
  [
    'one below the mounted router',
    '/api/nope',
    {},
    { method: 'GET', status: 404, answeredBy: '/*', template: undefined },
  ],
  [
    'one below a route',
    '/api/models/a/b/c',
    {},
    { method: 'GET', status: 404, answeredBy: '/*', template: undefined },
  ],
  [
    'a line break in the path',
    '/no%0Ape',
    {},
    { method: 'GET', status: 404, answeredBy: '/*', template: undefined },
  ],
  [
    'a host that may not ask: no route ran, though one fits',
    '/api/models/x',
    { headers: { host: 'evil.example' } },
    { method: 'GET', status: 403, answeredBy: '/*', template: '/api/models/:name' },
  ],
])('%s', async (_what, path, init, expected) => {
  expect(await seen(path, init)).toEqual(expected)
})

test('an error on the way is a 500 that the first middleware sees; the server is told of it, and the client is not', async () => {
  const breaks: MiddlewareHandler = () => {
    throw new Error('at /home/someone')
  }
  expect(await seen('/api/models/x', {}, [breaks])).toMatchObject({
    status: 500,
    template: '/api/models/:name',
  })
  const told: string[] = []
  const response = await createApp({
    directory: '/nonexistent',
    middleware: [breaks],
    onError: ({ message }) => told.push(message),
  }).request('/')
  expect(told).toEqual(['at /home/someone'])
  expect(await response.json()).toEqual({ error: { message: 'Something went wrong on the server.' } })
})
