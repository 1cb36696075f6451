import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** A request that came with the right key. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** A PostHog with the few parts of its API that the upload uses, and a memory of what was asked. */
export interface FakePostHog {
  readonly url: string
  readonly asked: readonly Asked[]
  /** What it keeps: names and descriptions by kind, and the names of its dashboards. */
  readonly definitions: Readonly<Record<string, Definition[]>>
  readonly dashboards: { readonly id: number; readonly name: string }[]
  /** Answers every request with this from now on. */
  fail(status: number, body: string, headers?: Readonly<Record<string, string>>): void
}

interface Definition {
  readonly id: string
  readonly name: string
  description: string | null
}

type Answer = readonly [status: number, body: unknown]

/** Starts one on the loopback for the running test. */
export async function startPostHog(key: string, project: string): Promise<FakePostHog> {
  const asked: Asked[] = []
  const dashboards: { id: number; name: string }[] = []
  const definitions: Record<string, Definition[]> = { event_definitions: [], property_definitions: [] }
  let failure: { status: number; body: string; headers: Readonly<Record<string, string>> } | undefined

  const answer = (method: string, url: URL, body: unknown): Answer => {
    const [, kind = '', id] =
      new RegExp(`^/api/projects/${project}/(\\w+)/(?:([\\w-]+)/)?$`).exec(url.pathname) ?? []
    if (kind === 'dashboards' && method === 'GET' && !id) return [200, { results: dashboards }]
    if (kind === 'dashboards' && method === 'POST' && id === 'create_from_template_json')
      return create(dashboards, body)
    const known = definitions[kind]
    if (!known) return [404, { detail: 'Not found.' }]
    if (method === 'GET') {
      const word = url.searchParams.get('search') ?? ''
      return [200, { results: known.filter(({ name }) => name.includes(word)) }]
    }
    const found = known.find((definition) => definition.id === id)
    if (method !== 'PATCH' || !found) return [404, { detail: 'Not found.' }]
    found.description = (body as { description: string }).description
    return [200, found]
  }

  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    const body = method === 'GET' ? undefined : await json(request)
    const [status, content] = failure
      ? [failure.status, failure.body]
      : headers.authorization === `Bearer ${key}`
        ? answer(method, new URL(url, 'http://localhost'), body)
        : [401, { detail: `Invalid key ${headers.authorization}.` }]
    asked.push({ method, path: url, ...(body === undefined ? {} : { body }) })
    response.writeHead(status, { 'content-type': 'application/json', ...failure?.headers })
    response.end(typeof content === 'string' ? content : JSON.stringify(content))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    dashboards,
    definitions,
    fail: (status, body, headers = {}) => {
      failure = { status, body, headers }
    },
  }
}

/** As PostHog checks a template: these fields, of these types, and no unknown kind of tile. */
function create(dashboards: { id: number; name: string }[], body: unknown): Answer {
  const { template } = body as { template?: Record<string, unknown> }
  const tiles = template?.tiles
  const isRight =
    typeof template?.template_name === 'string' &&
    typeof template.dashboard_description === 'string' &&
    typeof template.dashboard_filters === 'object' &&
    Array.isArray(template.variables) &&
    Array.isArray(template.tags) &&
    Array.isArray(tiles) &&
    tiles.length > 0 &&
    tiles.every(({ type, name, query, layouts }) => type === 'INSIGHT' && name && query?.kind && layouts?.sm)
  if (!isRight) return [400, { detail: 'Invalid template.' }]
  const made = { id: dashboards.length + 1, name: String(template.template_name) }
  dashboards.push(made)
  return [200, made]
}
