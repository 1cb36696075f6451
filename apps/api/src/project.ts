import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isObject } from './is-object.ts'
import { publicView } from './public-view.ts'

/** An object of a compiled project: it has a name, and keys that depend on its kind. */
export interface NamedObject {
  readonly name: string
  readonly [key: string]: unknown
}

/** A compiled project, already without anything that a client may not see. */
export interface Project {
  readonly name: string
  /** Where the project's own files lie, as it was recorded: `projectDirectoryOf` reads it. */
  readonly directory: unknown
  /** Its own file said so when it was compiled, and may not be here. */
  readonly isOptedOut: boolean
  /** What `GET /api/project` answers. */
  readonly view: Readonly<Record<string, unknown>>
  readonly models: readonly NamedObject[]
  readonly dashboards: readonly NamedObject[]
}

/** Reads the JSON that `visivo compile` wrote. Gives undefined when it isn't an object with a name. */
export function interpretProject(json: unknown): Project | undefined {
  if (!isNamed(json)) return undefined
  const view = publicView(json)
  return {
    name: json.name,
    directory: json.project_directory,
    isOptedOut: saysOff(json.defaults),
    view,
    models: named(view.models),
    dashboards: named(view.dashboards),
  }
}

/**
 * Where a project's own files lie, absolute.
 * @param output the directory of the compiled project
 * @param recorded its `project_directory`; where there is none, the project lies one above
 */
export async function projectDirectoryOf(output: string, recorded: unknown): Promise<string> {
  // `visivo compile` counts from the real path.
  const realOutput = await realpath(output).catch(() => output)
  return resolve(realOutput, typeof recorded === 'string' ? recorded : '..')
}

const named = (list: unknown): readonly NamedObject[] => (Array.isArray(list) ? list.filter(isNamed) : [])

const saysOff = (defaults: unknown): boolean =>
  isObject(defaults) && 'telemetry_enabled' in defaults && defaults.telemetry_enabled === false

const isNamed = (value: unknown): value is NamedObject =>
  isObject(value) && 'name' in value && typeof value.name === 'string'
