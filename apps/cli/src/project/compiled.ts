import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NotCompiledError, OutputError, type Place } from '../errors.ts'
import { reasonOf } from '../system-error.ts'
import { writeAtomically } from '../write-atomically.ts'
import type { Edge } from './graph.ts'
import { isRecord } from './is-record.ts'
import { COUNTED_KINDS, KINDS, type Kind, type ObjectCounts } from './kinds.ts'
import { isName } from './names.ts'

/** An object of a compiled project: a name and the keys of its kind. */
export interface CompiledObject {
  readonly name: string
  readonly [key: string]: unknown
}

/**
 * What `visivo compile` writes to `project.json`: everything merged, references as plain names. The values of
 * environment variables are never in it, and of a source, a destination and an alert only what running needs.
 */
export interface CompiledProject extends Readonly<Record<Kind, readonly CompiledObject[]>> {
  readonly name: string
  /** Where the project's own files lie, as seen from the directory that this is written to. */
  readonly project_directory: string
  /** Left out unless the project opted out: whoever has only this is to know. */
  readonly defaults?: { readonly telemetry_enabled: false }
  /** Which object depends on which. A kind is the name of the list that the object is in. */
  readonly edges: readonly Edge[]
  /** Objects in top-level lists. Those written inside other objects are in the lists and not counted. */
  readonly object_counts: ObjectCounts
  /** Where the objects stand, by name. */
  readonly places: Readonly<Record<string, Place>>
}

const FILE = 'project.json'

/**
 * Writes `project.json` into a directory (made if need be), atomically. Gives its path. Throws an OutputError where another
 * program's file of that name is.
 */
export async function writeCompiled(project: CompiledProject, directory: string): Promise<string> {
  const path = join(directory, FILE)
  await refuseForeign(path)
  await writeAtomically(path, [`${JSON.stringify(project, null, 2)}\n`])
  return path
}

/**
 * Nx, for one, has a `project.json` of its own. One of another version of visivo has our lists, whatever else. What is no
 * file is refused when it is written.
 */
async function refuseForeign(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return
  const json = parse(await readFile(path, 'utf8').catch(() => ''))
  if (isRecord(json) && KINDS.some((kind) => Array.isArray(json[kind]))) return
  throw new OutputError(
    `${path} is not a compiled project, and is not overwritten. ` +
      'Move it away, or choose another directory with --output-dir.',
  )
}

/** Reads what `writeCompiled` wrote. Throws a NotCompiledError when it isn't there or isn't that. */
export async function readCompiled(directory: string): Promise<CompiledProject> {
  const path = join(directory, FILE)
  const advice = 'Run `visivo compile` first, or leave out --skip-compile.'
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new NotCompiledError(`${path} can't be read (${reasonOf(cause)}). ${advice}`, { cause })
  }
  const project = parse(text)
  if (!isCompiled(project)) throw new NotCompiledError(`${path} is not a compiled project. ${advice}`)
  const wrong = KINDS.flatMap((kind) => project[kind] ?? []).find(({ name }) => !isName(name))
  if (wrong) {
    const what = `${path} holds the name ${JSON.stringify(wrong.name)}, which no object can have.`
    throw new NotCompiledError(`${what} ${advice}`)
  }
  return project
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Cut off or edited: as good as none.
    return undefined
  }
}

function isCompiled(json: unknown): json is CompiledProject {
  if (!isRecord(json)) return false
  const { name, edges, places, models, sources, object_counts } = json
  return (
    typeof name === 'string' &&
    [models, sources, ...KINDS.map((kind) => json[kind] ?? [])].every(isListOfRecords) &&
    isListOfRecords(edges) &&
    edges.every(({ from, to }) => isRecord(from) && isRecord(to)) &&
    isRecord(places) &&
    isCounts(object_counts)
  )
}

function isListOfRecords(json: unknown): json is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(json) && json.every(isRecord)
}

function isCounts(json: unknown): json is ObjectCounts {
  if (!isRecord(json)) return false
  return Object.entries(json).every(
    ([kind, count]) =>
      COUNTED_KINDS.some((known) => known === kind) && Number.isSafeInteger(count) && Number(count) >= 0,
  )
}
