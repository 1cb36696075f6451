import { readdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { IncludeError, type Place } from '../errors.ts'
import { foundAt } from '../found-at.ts'
import { reasonOf } from '../system-error.ts'

/** One entry of `includes:`. */
export interface Include {
  readonly path: string
  /** How many levels of subdirectories are read; 0 is only the directory itself. Without it: all. */
  readonly depth?: number
  /** Files and directories left out, relative to the included directory; `*` and `**` are wildcards. */
  readonly exclusions: readonly string[]
  readonly place: Place
}

const GIT = /\.git(@|$)/
const YAML = /\.ya?ml$/

/**
 * The files that an include names, absolute: one file, or every YAML file of a directory in the order of their
 * names. `base` is the directory of the including file. Throws an IncludeError for what can't be read here.
 */
export async function resolveInclude(include: Include, base: string): Promise<string[]> {
  if (GIT.test(include.path)) {
    throw new IncludeError(
      `'${include.path}' is a git include, which is not supported here. Clone it and include its directory.`,
      { place: include.place },
    )
  }
  const path = resolve(base, include.path)
  const refuse = (cause: unknown): never => {
    const message = `'${include.path}' can't be read (${reasonOf(cause)}). Make it readable for you.`
    throw new IncludeError(message, { place: include.place, cause })
  }
  const found = await foundAt(path).catch(refuse)
  if (!found) {
    throw new IncludeError(`'${include.path}' doesn't exist; it was looked for at ${path}.`, {
      place: include.place,
    })
  }
  if (!found.isDirectory()) return [path]
  const files = await listYaml(path, include.depth ?? Number.POSITIVE_INFINITY).catch(refuse)
  return files.filter((file) => {
    const name = relative(path, file).split(sep).join('/')
    return !include.exclusions.some((exclusion) => isExcluded(name, exclusion))
  })
}

async function listYaml(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name)
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (entry.isDirectory() && depth > 0) files.push(...(await listYaml(path, depth - 1)))
    else if (!entry.isDirectory() && YAML.test(entry.name)) files.push(path)
  }
  return files
}

/**
 * Whether an exclusion matches a path, or what it lies in; one without a slash a name at any depth. Step by step and not
 * by a pattern, which takes for ever where many `*` nearly match, and can't be interrupted.
 */
function isExcluded(name: string, exclusion: string): boolean {
  const trimmed = exclusion.replace(/^\.\//, '').replace(/\/+$/, '')
  const parts = trimmed.split(/(\*\*\/|\*\*|\*)/)
  let places: Places = new Set([0])
  for (const part of trimmed.includes('/') ? parts : ['**/', ...parts]) {
    places = WILDCARDS.get(part)?.(name, places) ?? behindText(part, name, places)
  }
  return [...places].some((at) => at === name.length || name[at] === '/')
}

/** How far a name may be matched by what was read of an exclusion. */
type Places = ReadonlySet<number>

const WILDCARDS: ReadonlyMap<string, (name: string, places: Places) => Places> = new Map([
  ['*', (name, places) => spread(name, places, '/')],
  ['**', (name, places) => spread(name, places)],
  [
    '**/',
    (name, places) =>
      new Set([...spread(name, places)].filter((at) => places.has(at) || name[at - 1] === '/')),
  ],
])

function behindText(text: string, name: string, places: Places): Places {
  return new Set([...places].filter((at) => name.startsWith(text, at)).map((at) => at + text.length))
}

/** The places, and all behind them up to a character. */
function spread(name: string, places: Places, end?: string): Places {
  const reached = new Set(places)
  for (let at = 0; at < name.length; at++) if (reached.has(at) && name[at] !== end) reached.add(at + 1)
  return reached
}
