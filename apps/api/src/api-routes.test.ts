import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, type Question } from '../test/ask.ts'
import { NAMES, type TempProject, tempProject } from '../test/temp-project.ts'
import { type RunningServer, startServer } from './server.ts'
import { version } from './version.ts'

let project: TempProject
let server: RunningServer

beforeAll(async () => {
  project = await tempProject()
  server = await startServer({ directory: project.directory, port: 0 })
})

afterAll(async () => {
  await server.close()
  await project.remove()
})

describe('what each path answers', () => {
  test.each<[string, Question, number, object]>([
    [
      'health',
      { path: '/api/health' },
      200,
      { status: 'ok', version, project: { compiled: true, name: 'shop <b>&"' } },
    ],
    ['the project', { path: '/api/project' }, 200, { object_counts: { sources: 2 }, edges: [{}] }],
    [
      'models with and without data',
      { path: '/api/models' },
      200,
      {
        models: expect.arrayContaining([
          { name: 'orders', source: 'warehouse', has_data: true, rows: 250 },
          { name: 'net revenue', source: 'warehouse', has_data: false, rows: null },
        ]),
      },
    ],
    [
      'a model',
      { path: '/api/models/orders' },
      200,
      {
        name: 'orders',
        sql: 'select 1',
        has_data: true,
        rows: 250,
        columns: [{ name: 'id' }, { name: 'label' }],
      },
    ],
    ['a model without data', { path: '/api/models/net%20revenue' }, 200, { has_data: false, columns: null }],
    ['the first page', { path: '/api/models/orders/data' }, 200, { offset: 0, limit: 100, total: 250 }],
    [
      'the last page',
      { path: '/api/models/orders/data?offset=248' },
      200,
      {
        rows: [
          [248, 'row 248'],
          [249, 'row 249'],
        ],
      },
    ],
    [
      'a page past the end',
      { path: '/api/models/orders/data?offset=999999999999999' },
      200,
      { rows: [], total: 250 },
    ],
    ['a page of one', { path: '/api/models/orders/data?limit=1&offset=3' }, 200, { rows: [[3, 'row 3']] }],
    ['the largest page', { path: '/api/models/orders/data?limit=1000' }, 200, { limit: 1_000 }],
    ['other parameters', { path: '/api/models/orders/data?sort=id&limit=2' }, 200, { limit: 2 }],
    [
      'dashboards',
      { path: '/api/dashboards' },
      200,
      { dashboards: [{ name: 'overview' }, { name: 'deep' }] },
    ],
    [
      'a dashboard',
      { path: '/api/dashboards/overview' },
      200,
      { rows: [{ items: [{ chart: 'my_chart' }] }] },
    ],

    [
      'a limit above the most',
      { path: '/api/models/orders/data?limit=1001' },
      400,
      { error: { message: 'limit must be one whole number from 1 to 1000.' } },
    ],
    ['a limit of nothing', { path: '/api/models/orders/data?limit=0' }, 400, { error: {} }],
    ['an empty limit', { path: '/api/models/orders/data?limit=' }, 400, { error: {} }],
    ['a limit given twice', { path: '/api/models/orders/data?limit=1&limit=2' }, 400, { error: {} }],
    [
      'a negative offset',
      { path: '/api/models/orders/data?offset=-1' },
      400,
      { error: { message: 'offset must be one whole number, 0 or more.' } },
    ],
    ['an offset in hex', { path: '/api/models/orders/data?offset=0x10' }, 400, { error: {} }],
    [
      'an offset too large to be exact',
      { path: '/api/models/orders/data?offset=9999999999999999' },
      400,
      { error: {} },
    ],

    [
      'data of a model that was not run',
      { path: '/api/models/inline/data' },
      404,
      { error: { hint: 'Run `visivo run`.' } },
    ],
    [
      'an unknown model',
      { path: '/api/models/nope' },
      404,
      { error: { hint: 'GET /api/models lists them.' } },
    ],
    ['a name from the prototype', { path: '/api/models/__proto__' }, 404, { error: {} }],
    ['data of an unknown model', { path: '/api/models/nope/data' }, 404, { error: {} }],
    [
      'an unknown dashboard',
      { path: '/api/dashboards/nope' },
      404,
      { error: { hint: 'GET /api/dashboards lists them.' } },
    ],
    ['a trailing slash', { path: '/api/models/' }, 404, { error: {} }],
    ['an unknown path', { path: '/etc/passwd' }, 404, { error: { message: 'There is nothing here.' } }],
    ['a path that climbs', { path: '/api/models/..%2F..%2Foutside/data' }, 404, { error: {} }],
    [
      'a name in the project that climbs',
      { path: '/api/models/..%2Foutside/data' },
      404,
      { error: { message: 'This model has no data yet.' } },
    ],
    [
      'another method on a known path',
      { method: 'POST', path: '/api/models/orders' },
      405,
      { error: { hint: 'Use GET or HEAD.' } },
    ],
    ['OPTIONS, as a browser asks for CORS', { method: 'OPTIONS', path: '/api/project' }, 405, { error: {} }],
    ['another method on the page', { method: 'DELETE', path: '/' }, 405, { error: {} }],
    ['another method on an unknown path', { method: 'PUT', path: '/nope' }, 404, { error: {} }],
    [
      'a backslash in the path',
      { path: '/api\\..\\models' },
      400,
      { error: { message: 'This request can not be understood.' } },
    ],
  ])('%s', async (_what, question, status, body) => {
    const reply = await ask(server.port, question)
    expect(JSON.parse(reply.text)).toMatchObject(body)
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined)
  })

  test.each(['/', '/api/health', '/api/models/orders/data', '/nope'])(
    'HEAD %s is GET without a body',
    async (path) => {
      const head = await ask(server.port, { method: 'HEAD', path })
      const { status, headers } = await ask(server.port, { path })
      expect(head.text).toBe('')
      expect(head.status).toBe(status)
      expect(head.headers['content-type']).toBe(headers['content-type'])
    },
  )

  test.each(NAMES)('a model named %s is found by its encoded name', async (name) => {
    const { status, text } = await ask(server.port, { path: `/api/models/${encodeURIComponent(name)}` })
    expect(status).toBe(200)
    expect(JSON.parse(text).name).toBe(name)
  })
})
