import { type Context, Hono } from 'hono'
import { httpError } from './http-error.ts'
import type { Reading } from './json-file.ts'
import { readPaging } from './paging.ts'
import type { NamedObject, Project } from './project.ts'
import type { Outline, Store } from './store.ts'
import { version } from './version.ts'

type Answer = (c: Context, store: Store) => Promise<Response>
type ProjectAnswer = (c: Context, store: Store, project: Project) => Response | Promise<Response>

/** Every route under `/api`. Each answers GET and HEAD. */
const routes: readonly (readonly [path: string, answer: Answer])[] = [
  ['/health', health],
  ['/project', compiled((c, _store, project) => c.json(project.view))],
  ['/models', compiled(listModels)],
  ['/models/:name', compiled(showModel)],
  ['/models/:name/data', compiled(showData)],
  ['/dashboards', compiled((c, _store, { dashboards }) => c.json({ dashboards: dashboards.map(nameOnly) }))],
  ['/dashboards/:name', compiled(showDashboard)],
]

/** What to do when there is no compiled project, in words that suit the page and the JSON. */
export const NOT_COMPILED = {
  missing: {
    message: 'Nothing was compiled yet.',
    hint: 'Run `visivo compile`, and `visivo run` for the data.',
  },
  unreadable: { message: 'The compiled project can not be read.', hint: 'Run `visivo compile` again.' },
  'too-large': { message: 'The compiled project is too large to be served.', hint: 'Split it into several.' },
} as const

/** The answer where a model has no data that can be served. */
const NO_DATA = {
  missing: { status: 404, message: 'This model has no data yet.', hint: 'Run `visivo run`.' },
  unreadable: {
    status: 503,
    message: 'The data of this model can not be read.',
    hint: 'Run `visivo run` again.',
  },
  'too-large': {
    status: 503,
    message: 'The data of this model is too large to be served.',
    hint: 'Let the model give fewer rows or columns: its file may have about 512 MB.',
  },
} as const

/** The routes of the JSON API, to be mounted at `/api`. A known path with another method answers 405. */
export function apiRoutes(store: Store): Hono {
  const api = new Hono()
  for (const [path, answer] of routes) {
    api.get(path, (c) => answer(c, store))
    api.all(path, methodNotAllowed)
  }
  return api
}

/** Answers 405 and says which methods there are. */
export function methodNotAllowed(c: Context): Response {
  c.header('Allow', 'GET, HEAD')
  return httpError(c, 405, 'This can only be read.', 'Use GET or HEAD.')
}

function compiled(answer: ProjectAnswer): Answer {
  return async (c, store) => {
    const project = await store.project()
    if (project.state === 'ok') return answer(c, store, project.value)
    const { message, hint } = NOT_COMPILED[project.state]
    return httpError(c, 503, message, hint)
  }
}

async function health(c: Context, store: Store): Promise<Response> {
  const project = await store.project()
  const told = project.state === 'ok' ? { compiled: true, name: project.value.name } : { compiled: false }
  return c.json({ status: 'ok', version, project: told })
}

async function listModels(c: Context, store: Store, project: Project): Promise<Response> {
  const models = []
  // One after the other: the files may be large, and one at a time is held in memory.
  for (const model of project.models) models.push(summary(model, await store.outline(model.name)))
  return c.json({ models })
}

async function showModel(c: Context, store: Store, project: Project): Promise<Response> {
  const model = find(project.models, c)
  if (!model) return unknownModel(c)
  const outline = await store.outline(model.name)
  const columns = outline.state === 'ok' ? outline.value.columns : null
  return c.json({ ...model, ...summary(model, outline), columns })
}

function summary(model: NamedObject, outline: Reading<Outline>) {
  const rows = outline.state === 'ok' ? outline.value.rows : null
  return { name: model.name, source: model.source ?? null, has_data: rows !== null, rows }
}

async function showData(c: Context, store: Store, project: Project): Promise<Response> {
  const paging = readPaging((name) => c.req.queries(name))
  if ('problem' in paging) return httpError(c, 400, paging.problem)
  const model = find(project.models, c)
  if (!model) return unknownModel(c)

  const data = await store.data(model.name)
  if (data.state !== 'ok') {
    const { status, message, hint } = NO_DATA[data.state]
    return httpError(c, status, message, hint)
  }
  const { offset, limit } = paging
  const { columns, rows } = data.value
  const page = rows.slice(offset, offset + limit)
  return c.json({ name: model.name, columns, rows: page, offset, limit, total: rows.length })
}

function showDashboard(c: Context, _store: Store, project: Project): Response {
  const dashboard = find(project.dashboards, c)
  if (dashboard) return c.json(dashboard)
  return httpError(c, 404, 'The project has no dashboard of that name.', 'GET /api/dashboards lists them.')
}

const unknownModel = (c: Context) =>
  httpError(c, 404, 'The project has no model of that name.', 'GET /api/models lists them.')

const find = (objects: readonly NamedObject[], c: Context) => {
  const name = c.req.param('name')
  return objects.find((object) => object.name === name)
}

const nameOnly = ({ name }: NamedObject) => ({ name })
