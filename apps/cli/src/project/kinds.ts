/** The file that makes a directory a project. */
export const PROJECT_FILE = 'project.visivo.yml'

/** The kinds of objects that a compile counts, by the name of their list in the project file. */
export const COUNTED_KINDS = [
  'sources',
  'models',
  'traces',
  'insights',
  'charts',
  'tables',
  'dashboards',
  'alerts',
  'inputs',
  'destinations',
] as const

/** Every list of named objects that a project file may hold. */
export const KINDS = [
  ...COUNTED_KINDS,
  'markdowns',
  'metrics',
  'dimensions',
  'relations',
  'selectors',
] as const

/** The name of one list. */
export type Kind = (typeof KINDS)[number]

/** How many objects the project's files declare; all ten kinds, zeros included. */
export type ObjectCounts = Readonly<Record<(typeof COUNTED_KINDS)[number], number>>

/** Older keys, and the kind they mean. */
const ALIASES: ReadonlyMap<string, Kind> = new Map([['targets', 'sources']])

/**
 * Keys inside an object under which another object may be written in place of a reference to it:
 * `chart: { name: … }`, `insights: [{ name: … }]`. Metrics and dimensions are missing on purpose:
 * inside a model they belong to it, and two models may use the same name.
 */
const INLINE: ReadonlyMap<string, Kind> = new Map([
  ['source', 'sources'],
  ['target', 'sources'],
  ['model', 'models'],
  ['models', 'models'],
  ['trace', 'traces'],
  ['traces', 'traces'],
  ['insight', 'insights'],
  ['insights', 'insights'],
  ['chart', 'charts'],
  ['charts', 'charts'],
  ['table', 'tables'],
  ['tables', 'tables'],
  ['markdown', 'markdowns'],
  ['markdowns', 'markdowns'],
  ['input', 'inputs'],
  ['inputs', 'inputs'],
  ['selector', 'selectors'],
])

/** The kind of a top-level key, or undefined when the key is no list of objects. */
export function kindOfList(key: string): Kind | undefined {
  return KINDS.find((kind) => kind === key) ?? ALIASES.get(key)
}

/** The kind of an object written under `key` inside another one, or undefined. */
export function kindOfInline(key: string): Kind | undefined {
  return INLINE.get(key)
}
