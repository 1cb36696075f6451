import { homedir } from 'node:os'
import { basename, isAbsolute, join } from 'node:path'
import { optOutsIn } from './env-file.ts'
import type { Product } from './product.ts'
import { isThere, readText, type TextFile } from './read-text.ts'

/** Environment variables, as in `process.env` or a parsed `.env` file. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything that `decide` looks at. */
export interface Sources {
  readonly env: Environment
  /** The `.env` file that the tool loads, parsed, and every opt-out in the project's own. */
  readonly envFile: Environment
  /** What these files are called, such as `.env or prod.env`; `.env` unless given. */
  readonly envFileName?: string
  readonly project: TextFile
  readonly global: TextFile
}

/** Where `readSources` looks. */
export interface SourcesOptions {
  /** Default: `process.env`. */
  readonly env?: Environment
  /** Default: none. */
  readonly envFile?: Environment
  /** Absolute path of the home directory. Default: the operating system's answer. */
  readonly home?: string
  /** The path of the `.env` file that the tool loads: an opt-out in it counts however it is written. */
  readonly envFilePath?: string | undefined
  /** Where the project's files lie, or `null` where there is no project. Default: the working directory. */
  readonly projectDirectory?: string | null
}

const NO_PROJECT: TextFile = { state: 'absent', path: '' }

/**
 * Reads the two configuration files, and the project's `.env` for an opt-out in it, which counts whether or not the
 * tool loads that file; the file that it does load; and nothing else. Never throws: what can't be read says so in its
 * `state`. A home directory or working directory that can't be told counts as an unreadable file, because nobody
 * knows what the person wrote there.
 */
export function readSources(product: Product, options: SourcesOptions = {}): Sources {
  const { env = process.env, envFile = {} } = options
  const home = options.home ?? homeDirectory()
  const { projectDirectory = attempt(() => process.cwd()) } = options
  const paths = envFilesOf(projectDirectory, options.envFilePath)
  return {
    env,
    envFile: Object.assign({ ...envFile }, ...paths.map((path) => optOutsIn(readText(path), product))),
    ...(paths.length > 1 && { envFileName: paths.map((path) => basename(path)).join(' or ') }),
    project: readProject(product, projectDirectory),
    global: readGlobal(product, home),
  }
}

function readGlobal({ directoryName, configFile }: Product, home: string): TextFile {
  const unreadable = (reason: string): TextFile => ({
    state: 'unreadable',
    path: `~/${directoryName}/${configFile}`,
    reason,
  })
  if (!isAbsolute(home)) return unreadable('the home directory is unknown')
  const file = readText(join(home, directoryName, configFile))
  // Nobody wants one to be made for the sake of telemetry.
  return file.state !== 'absent' || isThere(home) ? file : unreadable('there is no home directory')
}

function readProject(product: Product, directory: string | null): TextFile {
  if (directory === null) return NO_PROJECT
  if (directory !== '') return readText(join(directory, product.projectFile))
  return { state: 'unreadable', path: product.projectFile, reason: 'the working directory is unknown' }
}

/** The project's own `.env`, and the one that was loaded in its place. */
function envFilesOf(directory: string | null, loaded: string | undefined): readonly string[] {
  const own = directory ? [join(directory, '.env')] : []
  return loaded === undefined || own.includes(loaded) ? own : [...own, loaded]
}

/**
 * The person's home directory as the system tells it, absolute. Empty where it can't be told; also where the path is not
 * UTF-8, for Node would look beside it. Never throws.
 */
export function homeDirectory(): string {
  const home = attempt(homedir)
  return home.includes('\ufffd') ? '' : home
}

function attempt(ask: () => string): string {
  try {
    return ask()
  } catch {
    return '' // no entry for this user, or a working directory that was deleted
  }
}
