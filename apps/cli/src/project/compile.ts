import { InvalidNameError } from '../errors.ts'
import type { CompiledObject, CompiledProject } from './compiled.ts'
import { explainVariableInName } from './environment.ts'
import { connect, requireObject } from './graph.ts'
import { COUNTED_KINDS, KINDS, type Kind, type ObjectCounts } from './kinds.ts'
import type { Project } from './load.ts'
import type { ProjectObject } from './objects.ts'
import { findReferences, replaceReferences, targetName } from './references.ts'

/**
 * What of a source, a destination or an alert is written to disk. The rest (hosts, passwords, tokens, addresses)
 * is not needed to run what can be run here, and the compiled project may be shared.
 */
const KEPT: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  sources: ['name', 'type', 'database', 'seeds', 'attach', 'file', 'delimiter', 'has_header'],
  destinations: ['name', 'type'],
  alerts: ['name', 'type'],
}

/** Sources whose keys mean what KEPT takes them for; of the others only name and type are written. */
const LOCAL_SOURCES: ReadonlySet<unknown> = new Set(['duckdb', 'csv'])

/** How many objects the top-level lists of the project hold. */
export function countObjects(project: Project): ObjectCounts {
  const counts = Object.fromEntries(COUNTED_KINDS.map((kind) => [kind, 0])) as Record<Kind, number>
  for (const { kind, inline } of project.objects.values()) {
    if (!inline && kind in counts) counts[kind] += 1
  }
  return counts
}

/**
 * Checks the references of a project and puts it into the form that is written and run. `sourceName` is the source of
 * the models that name none; without it `defaults.source_name` is. `directory` is where the project lies, as seen from the
 * output. Throws what `connect` throws.
 */
export function compileProject(project: Project, directory: string, sourceName?: string): CompiledProject {
  const objects = withSources(project, defaultSource(project, sourceName))
  const edges = connect(objects)
  const exists = (name: string) => objects.has(name)
  const lists = Object.fromEntries(KINDS.map((kind) => [kind, [] as CompiledObject[]]))
  for (const object of objects.values()) lists[object.kind]?.push(compileObject(object, exists))
  return {
    name: project.name,
    project_directory: directory,
    ...project.settings,
    ...(lists as Record<Kind, CompiledObject[]>),
    edges,
    object_counts: countObjects(project),
    places: Object.fromEntries([...objects].map(([name, { place }]) => [name, place])),
  }
}

function defaultSource(project: Project, sourceName: string | undefined): string | undefined {
  const { source_name: source, target_name: target } = project.defaults
  const written = source ?? target
  const asked = sourceName ?? (typeof written === 'string' ? written : undefined)
  if (asked === undefined) return undefined
  const name = findReferences(asked)[0]?.name ?? asked
  const where = sourceName === undefined ? 'defaults.source_name' : '--source'
  const variable = explainVariableInName(name)
  if (variable !== undefined) throw new InvalidNameError(`${where}: ${variable}, or start with --source.`)
  return requireObject(name, 'sources', project.objects, where).name
}

/** The objects, with the source of every SQL model under `source`: the older `target`, or the default. */
function withSources(project: Project, fallback: string | undefined): ReadonlyMap<string, ProjectObject> {
  const pairs = [...project.objects].map(([name, object]): [string, ProjectObject] => {
    if (object.kind !== 'models' || object.value.sql === undefined) return [name, object]
    const { target, source = target, ...rest } = object.value
    if (source !== undefined && source !== null) return [name, { ...object, value: { ...rest, source } }]
    if (fallback === undefined) return [name, object]
    const reference = { name: fallback, path: '', place: object.place }
    return [
      name,
      {
        ...object,
        value: { ...rest, source: `\${ref(${fallback})}` },
        references: [...object.references, reference],
      },
    ]
  })
  return new Map(pairs)
}

function compileObject(object: ProjectObject, exists: (name: string) => boolean): CompiledObject {
  const kept =
    object.kind === 'sources' && !LOCAL_SOURCES.has(object.value.type) ? ['name', 'type'] : KEPT[object.kind]
  const entries = Object.entries(object.value)
    .filter(([key]) => !kept || kept.includes(key))
    // A model's SQL keeps its references: they are put in when it runs.
    .map(([key, value]) => [key, key === 'sql' ? value : withNames(value, exists)])
  return { ...Object.fromEntries(entries), name: object.name }
}

/** `${ref(orders)}` becomes `orders`, and `${ref(orders).total}` `orders.total`, in every string of a value. */
function withNames(value: unknown, exists: (name: string) => boolean): unknown {
  if (typeof value === 'string') {
    return replaceReferences(value, ({ name, path }) => `${targetName(name, exists) ?? name}${path}`)
  }
  if (Array.isArray(value)) return value.map((item) => withNames(item, exists))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNames(item, exists)]))
}
