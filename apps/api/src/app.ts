import { Hono, type MiddlewareHandler } from 'hono'
import { apiRoutes, methodNotAllowed, NOT_COMPILED } from './api-routes.ts'
import { httpError } from './http-error.ts'
import { type PageProject, type PageView, renderPage } from './page.ts'
import type { Project } from './project.ts'
import { hostCheck, securityHeaders } from './security.ts'
import { openStore, type Store } from './store.ts'
import { version } from './version.ts'

/** What the app serves and to whom. */
export interface AppOptions {
  /** The directory that `visivo compile` and `visivo run` wrote to. It needn't exist yet. */
  readonly directory: string
  /** Shown on the index page until a compiled project says its own name. */
  readonly projectName?: string
  /** The host the server listens on, which requests may name besides the loopback. Default `127.0.0.1`. */
  readonly host?: string
  /**
   * Run before everything else, so that they see every request that can be read, 403, 404, 405 and 500 included. The server
   * itself answers 400 to one without a `Host` or without a path.
   */
  readonly middleware?: readonly MiddlewareHandler[]
  /** Told of an error that nobody foresaw; the client gets a plain 500. By default it goes to stderr. */
  readonly onError?: (error: Error) => void
}

/** The whole API and its index page as one Hono app. Reads files only when a request asks for them. */
export function createApp(options: AppOptions): Hono {
  const { directory, projectName = 'Visivo', host = '127.0.0.1', middleware = [] } = options
  const { onError = console.error } = options
  const store = openStore(directory)
  const app = new Hono()

  app.use(...middleware, securityHeaders(), hostCheck(host))
  app.get('/', async (c) => c.html(renderPage(await readPage(store, projectName))))
  app.all('/', methodNotAllowed)
  app.route('/api', apiRoutes(store))
  app.notFound((c) => httpError(c, 404, 'There is nothing here.', 'GET / shows what there is.'))
  app.onError((error, c) => {
    onError(error)
    return httpError(c, 500, 'Something went wrong on the server.')
  })
  return app
}

async function readPage(store: Store, projectName: string): Promise<PageView> {
  const project = await store.project()
  if (project.state === 'ok') {
    const title = project.value.name || projectName
    return { title, version, project: await outlines(store, project.value) }
  }
  const { message, hint } = NOT_COMPILED[project.state]
  return { title: projectName, version, project: `${message} ${hint}` }
}

async function outlines(store: Store, project: Project): Promise<PageProject> {
  const models = []
  for (const { name } of project.models) {
    const outline = await store.outline(name)
    models.push({ name, outline: outline.state === 'ok' ? outline.value : undefined })
  }
  return { dashboards: project.dashboards.map(({ name }) => name), models }
}
