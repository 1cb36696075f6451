import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { followRequests } from './hono.ts'
import type { RequestFacts } from './request-meter.ts'

/** An application with every kind of route, followed. */
function application() {
  const facts: RequestFacts[] = []
  const app = new Hono()
  app.use(followRequests({ request: (one) => void facts.push(one), close: async () => {} }))
  app.use('/api/*', async (_c, next) => next())
  const models = new Hono().get('/:name', (c) => c.text('ok')).all('/:name', (c) => c.text('no', 405))
  app.route('/api/models', models)
  app.get('/api/fails/:name', () => {
    throw new TypeError('hunter2')
  })
  app.get('/socket/:room', (c) => c.body(null, 426))
  app.get('/files/*', (c) => c.text('file'))
  app.get('/either/:id{[0-9]+|hunter2}', (c) => c.text('ok'))
  app.mount('/old', () => new Response('old'))
  app.use('/locked/*', async (c) => c.text('who are you?', 401))
  app.notFound((c) => c.text('nothing here', 404))
  app.onError((_error, c) => c.text('failed', 500))
  return { app, facts }
}

test.each<[string, string, string, string, string, number]>([
  ['a route of a mounted router', 'GET', '/api/models/hunter2', '/api/models/{name}', 'GET', 200],
  ['HEAD', 'HEAD', '/api/models/hunter2?x=hunter2', '/api/models/{name}', 'HEAD', 200],
  ['a method that is not allowed', 'PUT', '/api/models/hunter2', '/api/models/{name}', 'PUT', 405],
  ['a method that nobody knows', 'HUNTER2', '/api/models/hunter2', '/api/models/{name}', 'OTHER', 405],
  ['a handler that throws', 'GET', '/api/fails/hunter2', '/api/fails/{name}', 'GET', 500],
  ['an upgrade', 'GET', '/socket/hunter2', '/socket/{room}', 'GET', 426],
  ['a wildcard', 'GET', '/files/hunter2/hunter2.txt', '/files/*', 'GET', 200],
  ['a pattern in the route', 'GET', '/either/hunter2', '/either/{id}', 'GET', 200],
  ['another application', 'GET', '/old/hunter2', '/old/*', 'GET', 200],
  ['middleware that answers', 'GET', '/locked/hunter2', '/locked/*', 'GET', 401],
  ['nothing', 'GET', '/hunter2', '<unmatched>', 'GET', 404],
  ['nothing below middleware', 'GET', '/api/hunter2', '<unmatched>', 'GET', 404],
  ['an encoded path', 'GET', '/%68unter2', '<unmatched>', 'GET', 404],
  ['a method that no route takes', 'POST', '/files/hunter2', '<unmatched>', 'POST', 404],
])('%s', async (_says, method, path, endpoint, known, statusCode) => {
  const { app, facts } = application()
  await app.request(`http://hunter2.example${path}`, { method, headers: { upgrade: 'websocket' } })
  expect(facts).toMatchObject([{ endpoint, method: known, statusCode }])
})
