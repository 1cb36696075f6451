import { isObject } from './is-object.ts'

/** Kinds whose objects say how to reach something, and so may hold a password, a token or a webhook's address. */
const CONNECTIONS: ReadonlySet<string> = new Set(
  ['source', 'target', 'destination', 'alert'].flatMap((kind) => [kind, `${kind}s`]),
)

/** What may be told of such an object. Everything else in it stays here. */
const TELLABLE: ReadonlySet<string> = new Set(['name', 'type'])

/** The parts of a compiled project that are served. Others (`defaults`, `dbt` …) may hold what isn't ours to tell. */
const SERVED: ReadonlySet<string> = new Set([
  'name',
  'sources',
  'targets',
  'models',
  'traces',
  'insights',
  'charts',
  'tables',
  'markdowns',
  'metrics',
  'dimensions',
  'relations',
  'selectors',
  'dashboards',
  'alerts',
  'inputs',
  'destinations',
  'edges',
  'object_counts',
])

/**
 * The compiled project as a client may see it: only the known parts, and of every source, target,
 * destination and alert, however deep it stands, only its name and type. References by name stay.
 */
export function publicView(project: object): Readonly<Record<string, unknown>> {
  return viewOf(Object.entries(project).filter(([key]) => SERVED.has(key)))
}

function view(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => view(key, item))
  if (!isObject(value)) return value
  const entries = Object.entries(value)
  return viewOf(CONNECTIONS.has(key) ? entries.filter(isTellable) : entries)
}

const viewOf = (entries: readonly (readonly [string, unknown])[]) =>
  Object.fromEntries(entries.map(([key, value]) => [key, view(key, value)]))

const isTellable = ([key, value]: readonly [string, unknown]) =>
  TELLABLE.has(key) && typeof value === 'string'
