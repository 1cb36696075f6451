import { dirname, join } from 'node:path'
import type { Document, Node } from 'yaml'
import { InvalidNameError, ProjectNotFoundError, ProjectParseError, renderPlace } from '../errors.ts'
import { foundAt } from '../found-at.ts'
import { notEntered } from '../not-entered.ts'
import { realPathOf } from '../real-path.ts'
import { explainVariableInName, resolveVariables } from './environment.ts'
import { type Include, resolveInclude } from './includes.ts'
import { isRecord } from './is-record.ts'
import { KINDS, kindOfList, PROJECT_FILE } from './kinds.ts'
import { renderNearNames } from './near-names.ts'
import { type ProjectObject, readObject, readPlain, readText } from './objects.ts'
import { entriesOf, itemsOf, readYamlFile, textOf, type YamlEntry, type YamlFile } from './yaml-file.ts'

/** A project as its files say it, merged; references are not yet checked. */
export interface Project {
  readonly name: string
  readonly defaults: Readonly<Record<string, unknown>>
  /** Objects by name, in the order of the files; names are unique over all kinds. */
  readonly objects: ReadonlyMap<string, ProjectObject>
  /** Settings of the root file that are kept and not interpreted (`dbt`, `cli_version`). */
  readonly settings: Readonly<Record<string, unknown>>
  /** Sentences about things that were ignored. */
  readonly warnings: readonly string[]
}

/** What loading needs from the outside. */
export interface LoadOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** Called with the project's name as soon as the root file was parsed, even if the rest of it is broken. */
  readonly onName?: (name: string) => void
}

const SETTINGS = new Set(['dbt', 'cli_version', 'env_file'])
// What counts in the root file alone; a project that is included has these, and a name, for itself. The switch in one word
// and at the margin, as telemetry hears it, too.
const ROOT_ALONE = new Set(['defaults', 'defaults.telemetry_enabled', 'telemetry_enabled'])
const STRUCTURE = new Set(['name', 'includes', ...ROOT_ALONE])

const DEFAULTS = new Set(['source_name', 'target_name', 'telemetry_enabled'])

/**
 * Reads project.visivo.yml in `directory` and everything it includes; a file that is included twice is read once.
 * Throws a ProjectError of the kind that fits, with file and line.
 */
export async function loadProject(directory: string, options: LoadOptions): Promise<Project> {
  await requireProject(directory)
  const merge = new Merge()
  const load = new FileLoader(directory, options, merge)
  const root = await load.file(join(directory, PROJECT_FILE), (document) => {
    const name =
      document.errors.length === 0 || document.contents ? textOf(document.get('name', true)) : undefined
    if (typeof name === 'string') options.onName?.(name)
  })
  const name = rootValue(root, 'name', readText)
  if (name === undefined || name === null || name === '' || typeof name === 'object') {
    throw new InvalidNameError('the project has no `name:`. Give it one.', {
      place: { file: PROJECT_FILE, line: 1 },
    })
  }
  // Also one that the glance above left out: a link to another value.
  options.onName?.(String(name))
  const variable = explainVariableInName(String(name))
  const warnings = [...merge.warnings, ...slipsInDefaults(root)]
  return {
    name: String(name),
    defaults: recordOf(rootValue(root, 'defaults')),
    objects: merge.objects,
    settings: Object.fromEntries(
      root.entries
        .filter(({ key }) => SETTINGS.has(key))
        .map(({ key, value }) => [key, readText(value, root)]),
    ),
    warnings: variable === undefined ? warnings : [...warnings, `name: ${variable}.`],
  }
}

async function requireProject(directory: string): Promise<void> {
  const refuse = (cause: unknown): never => {
    throw notEntered(directory, cause)
  }
  const found = await foundAt(directory).catch(refuse)
  if (!found?.isDirectory()) {
    throw new ProjectNotFoundError(`${directory} is not a directory. Check --working-dir.`)
  }
  if (!(await foundAt(join(directory, PROJECT_FILE)).catch(refuse))) {
    throw new ProjectNotFoundError(
      `there is no ${PROJECT_FILE} in ${directory}. ` +
        'Start visivo in the directory of a project, or name it with --working-dir.',
    )
  }
}

/** Reads files once each, and what they include before their neighbours. */
class FileLoader {
  readonly #seen = new Set<string>()

  constructor(
    private readonly directory: string,
    private readonly options: LoadOptions,
    private readonly merge: Merge,
  ) {}

  async file(path: string, onParsed?: (document: Document) => void): Promise<YamlFile> {
    this.#seen.add(await realPathOf(path))
    const file = await readYamlFile(path, this.directory, onParsed)
    for (const entry of file.entries) this.merge.add(entry, file)
    for (const include of this.#includes(file)) {
      for (const included of await resolveInclude(include, dirname(path))) {
        if (!this.#seen.has(await realPathOf(included))) await this.file(included)
      }
    }
    return file
  }

  #includes(file: YamlFile): Include[] {
    return file.entries
      .filter(({ key }) => key === 'includes')
      .flatMap(({ key, value }) => listOf(value, key, file))
      .map((item) => readInclude(item, file, this.options.env))
  }
}

function readInclude(item: Node | null, file: YamlFile, env: Readonly<NodeJS.ProcessEnv>): Include {
  const place = file.placeOf(item)
  const { path: written, depth, exclusions } = recordOf(readPlain(item, file))
  const path = typeof written === 'string' ? resolveVariables(written, env, place) : ''
  // Also of a variable that is empty: it would name the whole directory.
  if (path === '') {
    throw new ProjectParseError('an item of `includes:` needs a `path:`.', { place })
  }
  if (depth !== undefined && depth !== null && !(Number.isInteger(depth) && Number(depth) >= 0)) {
    throw new ProjectParseError('`depth:` is a whole number, 0 or more.', { place })
  }
  if (exclusions !== undefined && exclusions !== null && !Array.isArray(exclusions)) {
    throw new ProjectParseError('`exclusions:` is a list; write its items with a dash each.', { place })
  }
  return {
    path,
    ...(typeof depth === 'number' ? { depth } : {}),
    exclusions: (exclusions ?? []).map(String),
    place,
  }
}

/** What all files say together. */
class Merge {
  readonly objects = new Map<string, ProjectObject>()
  readonly warnings: string[] = []

  add(entry: YamlEntry, file: YamlFile): void {
    const { key, keyNode, value } = entry
    const kind = kindOfList(key)
    const place = file.placeOf(keyNode)
    const warn = (what: string) => this.warnings.push(`${renderPlace(place)}: '${key}' ${what}`)
    if (ROOT_ALONE.has(key) && place.file !== PROJECT_FILE) {
      warn(`counts in ${PROJECT_FILE} alone; it is ignored here.`)
    } else if (kind) {
      for (const item of listOf(value, key, file)) {
        for (const object of readObject(item, kind, file)) this.#addObject(object)
      }
    } else if (!STRUCTURE.has(key) && !SETTINGS.has(key) && !key.startsWith('x-')) {
      const near = renderNearNames(key, [...KINDS, ...STRUCTURE, ...SETTINGS])
      warn(`is not a key that is known here; it is ignored.${near}`)
    }
  }

  #addObject(object: ProjectObject): void {
    const other = this.objects.get(object.name)
    if (other && !isSame(other, object)) {
      throw new InvalidNameError(
        `the name '${object.name}' is taken by ${renderPlace(other.place)} (${other.kind}). ` +
          'References go by name, so every object needs one of its own.',
        { place: object.place },
      )
    }
    this.objects.set(object.name, object)
  }
}

/** Reached twice, through an alias. A line can't tell: a project that a program wrote may have a single one. */
function isSame(a: ProjectObject, b: ProjectObject): boolean {
  return a.node === b.node && a.kind === b.kind
}

function listOf(value: Node | null, key: string, file: YamlFile): (Node | null)[] {
  const node = file.follow(value)
  const items = itemsOf(node)
  if (items) return items
  if (readPlain(node, file) === null) return []
  throw new ProjectParseError(`\`${key}:\` is a list; write its items with a dash each.`, {
    place: file.placeOf(value),
  })
}

/** Other keys are for other versions of Visivo; a slip in one of these may be an opt-out that nobody hears. */
function slipsInDefaults(root: YamlFile): string[] {
  const defaults = root.entries.find(({ key }) => key === 'defaults')?.value ?? null
  return entriesOf(root.follow(defaults)).flatMap(({ key, keyNode }) => {
    const near = DEFAULTS.has(key) ? '' : renderNearNames(key, DEFAULTS)
    if (near === '') return []
    return [
      `${renderPlace(root.placeOf(keyNode))}: '${key}' below \`defaults:\` is not a key that is known here.${near}`,
    ]
  })
}

function rootValue(root: YamlFile, key: string, read = readPlain): unknown {
  const entry = root.entries.find((one) => one.key === key)
  return entry && read(entry.value, root)
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}
