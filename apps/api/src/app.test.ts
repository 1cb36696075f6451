import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ask } from '../test/ask.ts'
import { emptyProject, SECRET, type TempProject, tempProject } from '../test/temp-project.ts'
import { createApp } from './app.ts'
import { type RunningServer, startServer } from './server.ts'

let project: TempProject
let server: RunningServer
const errors: Error[] = []

beforeAll(async () => {
  project = await tempProject()
  server = await startServer({
    directory: project.directory,
    port: 0,
    onError: (error) => errors.push(error),
  })
})

afterAll(async () => {
  await server.close()
  await project.remove()
})

const get = async (path: string) => {
  const { status, text } = await ask(server.port, { path })
  return { status, body: JSON.parse(text) }
}

describe('what is never served', () => {
  test.each([
    '/',
    '/api/project',
    '/api/models',
    '/api/models/inline',
    '/api/models/..%2Foutside',
    '/api/dashboards/deep',
  ])('nothing of a connection but its name and type at %s', async (path) => {
    const { status, text } = await ask(server.port, { path })
    expect(status).toBe(200)
    expect(text).not.toContain(SECRET)
  })

  test('sources keep their names and types', async () => {
    const { body } = await get('/api/project')
    expect(body.sources).toEqual([
      { name: 'warehouse', type: 'duckdb' },
      { name: 'crm', type: 'postgresql' },
    ])
    expect(body.models.find(({ name }: { name: string }) => name === 'inline').source).toEqual({
      name: 'own',
      type: 'mysql',
    })
    expect(body).not.toHaveProperty('defaults')
  })

  test('what is none is served, whatever its kind', async () => {
    const kinds = ['models', 'traces', 'insights', 'charts', 'tables', 'markdowns', 'metrics', 'dimensions']
    const more = ['relations', 'selectors', 'dashboards', 'inputs']
    const object = { name: 'a', note: 'told' }
    const told = Object.fromEntries([...kinds, ...more].map((kind) => [kind, [object]]))
    const whole = await emptyProject()
    await whole.write('project.json', { name: 'x', ...told })
    const answer = await createApp(whole).request('http://127.0.0.1/api/project')
    await whole.remove()
    expect(await answer.json()).toEqual({ name: 'x', ...told })
  })

  test('a data file that is a link out of data/', async () => {
    await symlink(
      join(project.directory, 'outside.json'),
      join(project.directory, 'data', 'net revenue.json'),
    )
    expect((await get('/api/models/net%20revenue/data')).status).toBe(404)
  })

  test('any path, whatever stands in it, is answered without a 500, a secret or a file path', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'api',
        'models',
        'orders',
        'data',
        'dashboards',
        '..',
        '.',
        '%2e%2e',
        '..%2f',
        '%00',
        '%',
        '%0a',
        '%ff',
        '',
        '?',
        '#',
      ),
      fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(Buffer.from(text).toString())),
      fc.string().map((text) => text.replace(/[^\x21-\x7e]/g, '')),
    )
    const question = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'TRACE'),
      path: fc.array(piece, { maxLength: 6 }).map((pieces) => `/${pieces.join('/')}`),
    })
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const { status, text } = await ask(server.port, asked)
        expect(status).toBeLessThan(500)
        expect(text).not.toContain(SECRET)
        expect(text).not.toContain(project.directory)
      }),
      { numRuns: 300 },
    )
    expect(errors).toEqual([])
  })
})

test('the page leads to the data of a model that was run', async () => {
  const { text } = await ask(server.port, { path: '/' })
  expect(text).toContain('250 rows, 2 columns')
})

test('the list of dashboards holds their names, and not all that is in them', async () => {
  expect((await get('/api/dashboards')).body).toEqual({
    dashboards: [{ name: 'overview' }, { name: 'deep' }],
  })
})

test('an error that nobody foresaw is told on stderr, where nobody else asked for it', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => written.mockRestore())
  const error = new Error('unforeseen')
  const app = createApp({
    directory: project.directory,
    middleware: [() => Promise.reject(error)],
  })
  expect((await app.request('http://127.0.0.1/')).status).toBe(500)
  expect(written).toHaveBeenCalledExactlyOnceWith(error)
})

describe('a directory that is not as it should be', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string, number, object]>([
    [
      'nothing compiled',
      {},
      '/api/project',
      503,
      {
        error: {
          message: 'Nothing was compiled yet.',
          hint: 'Run `visivo compile`, and `visivo run` for the data.',
        },
      },
    ],
    [
      'a model without a source',
      { 'project.json': { name: 'x', models: [{ name: 'a' }] } },
      '/api/models',
      200,
      { models: [{ name: 'a', source: null }] },
    ],
    [
      'a model that says itself which columns it has',
      {
        'project.json': { name: 'x', models: [{ name: 'a', columns: 'mine', rows: 5 }] },
        'data/a.json': { columns: [], rows: [] },
      },
      '/api/models/a',
      200,
      { columns: [], rows: 0 },
    ],
    [
      'data whose column has no name',
      {
        'project.json': { name: 'x', models: [{ name: 'a' }] },
        'data/a.json': { columns: [{ name: 5, type: 'a' }], rows: [] },
      },
      '/api/models/a/data',
      503,
      { error: {} },
    ],
    ['nothing compiled, data asked for', {}, '/api/models/orders/data', 503, { error: {} }],
    ['nothing compiled, health', {}, '/api/health', 200, { status: 'ok', project: { compiled: false } }],
    [
      'a project cut off',
      { 'project.json': '{"name": "sh' },
      '/api/models',
      503,
      { error: { hint: 'Run `visivo compile` again.' } },
    ],
    ['a project without a name', { 'project.json': {} }, '/api/project', 503, { error: {} }],
    [
      'a project of nulls',
      { 'project.json': { name: 'x', models: [null, 3, {}] } },
      '/api/models',
      200,
      { models: [] },
    ],
    [
      'lists that are no lists',
      { 'project.json': { name: 'x', models: 'all' } },
      '/api/models',
      200,
      { models: [] },
    ],
    [
      'data cut off',
      { 'project.json': { name: 'x', models: [{ name: 'a' }] }, 'data/a.json': '{' },
      '/api/models/a/data',
      503,
      { error: { hint: 'Run `visivo run` again.' } },
    ],
    [
      'data of another shape',
      { 'project.json': { name: 'x', models: [{ name: 'a' }] }, 'data/a.json': { columns: [], rows: [1] } },
      '/api/models/a/data',
      503,
      { error: {} },
    ],
    [
      'data of another shape in the list',
      { 'project.json': { name: 'x', models: [{ name: 'a' }] }, 'data/a.json': [] },
      '/api/models',
      200,
      { models: [{ has_data: false }] },
    ],
    [
      'data whose column has no type',
      {
        'project.json': { name: 'x', models: [{ name: 'a' }] },
        'data/a.json': { columns: [{ name: 'a', type: 5 }], rows: [] },
      },
      '/api/models/a/data',
      503,
      { error: {} },
    ],
    [
      'data without rows, which is data all the same',
      { 'project.json': { name: 'x', models: [{ name: 'a' }] }, 'data/a.json': { columns: [], rows: [] } },
      '/api/models',
      200,
      { models: [{ has_data: true, rows: 0 }] },
    ],
  ])('%s', async (_what, files, path, status, body) => {
    const broken = await emptyProject()
    for (const [file, content] of Object.entries(files)) await broken.write(file, content)
    const other = await startServer({ directory: broken.directory, port: 0 })
    try {
      const reply = await ask(other.port, { path })
      expect(JSON.parse(reply.text)).toMatchObject(body)
      expect(reply.status).toBe(status)
    } finally {
      await other.close()
      await broken.remove()
    }
  })

  test('a project whose name is empty has the page of what serves it, and no page without a title', async () => {
    const nameless = await emptyProject()
    await nameless.write('project.json', { name: '' })
    const page = await createApp({ directory: nameless.directory }).request('http://127.0.0.1/')
    await nameless.remove()
    expect(await page.text()).toContain('<title>Visivo')
  })

  test('a page of nothing has the name of what serves it, and says what to run', async () => {
    const nothing = await emptyProject()
    const app = createApp({ directory: nothing.directory, projectName: 'Shop' })
    const page = await (await app.request('http://127.0.0.1/')).text()
    await nothing.remove()
    expect(page).toContain('<title>Shop</title>')
    expect(page).toContain('Nothing was compiled yet. Run `visivo compile`')
  })

  test('what is compiled and run while the server runs is served at once', async () => {
    const growing = await emptyProject()
    const other = await startServer({ directory: growing.directory, port: 0 })
    const total = async () => JSON.parse((await ask(other.port, { path: '/api/models/a/data' })).text).total
    try {
      expect((await ask(other.port, { path: '/api/project' })).status).toBe(503)
      await growing.write('project.json', { name: 'x', models: [{ name: 'a' }] })
      await growing.write('data/a.json', { columns: [], rows: [[1]] })
      expect(await total()).toBe(1)
      await growing.write('data/a.json', { columns: [], rows: [[1], [2]] })
      expect(await total()).toBe(2)
    } finally {
      await other.close()
      await growing.remove()
    }
  })
})
