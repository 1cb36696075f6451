import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { optOutsIn } from './env-file.ts'
import type { Product } from './product.ts'
import { isThere, readText, realPath, type TextFile, type UnreadableFile } from './read-text.ts'

/** Environment variables, as in `process.env` or a parsed `.env` file. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything that `decide` looks at. */
export interface Sources {
  readonly env: Environment
  /** The `.env` file that the tool loads, parsed, and every opt-out in the project's own. */
  readonly envFile: Environment
  /** The names of these files as seen from the directory, such as `.env or ../.env`; `.env` unless given. */
  readonly envFileName?: string
  /** The `.env` files that are there but can't be read: each may hold an opt-out, and counts as one. */
  readonly brokenEnvFiles?: readonly UnreadableFile[]
  readonly project: TextFile
  readonly global: TextFile
  /** What else says off, in words. */
  readonly optedOut?: string
}

/** Where `readSources` looks. */
export interface SourcesOptions {
  /** Default: `process.env`. */
  readonly env?: Environment
  /** Default: none. */
  readonly envFile?: Environment | undefined
  /** Absolute path of the home directory. Default: the operating system's answer. */
  readonly home?: string
  /** The path of the `.env` file that the tool loads, or of several: an opt-out in any counts however it is written. */
  readonly envFilePath?: string | readonly string[] | undefined
  /** A directory in a project or below one, or `null` where there is no project. Default: the working directory. */
  readonly projectDirectory?: string | null | undefined
  /**
   * If the tool itself knows of an opt-out: what says so, in words. For a built project, `telemetry_enabled in
   * build/project.json`. Default: nothing does.
   */
  readonly optedOut?: string | undefined
}

const NO_PROJECT: TextFile = { state: 'absent', path: '' }

/**
 * Reads the two configuration files, the project's `.env`, the `.env` file that the tool loads, and nothing else. An
 * opt-out in the project's `.env` counts whether or not the tool loads that file. The project is the directory's own, or
 * that of the nearest directory above it, where it really lies; the `.env` of the directory itself counts too. Never
 * throws: the `state` says what can't be read. If the home or working directory is unknown, that counts as an unreadable
 * file, because nobody knows what the person wrote there.
 */
export function readSources(product: Product, options: SourcesOptions = {}): Sources {
  // A program without types may hand over null.
  const { env = process.env, envFile = {}, envFilePath, optedOut, ...given } = options ?? {}
  const home = given.home ?? homeDirectory()
  const { projectDirectory = attempt(() => process.cwd()) } = given
  // Of a program without types, `false` is no path either: nobody knows which project it means.
  const isPath = projectDirectory !== null && projectDirectory !== ''
  const directory = isPath ? attempt(() => resolve(projectDirectory)) : projectDirectory
  const project = readProject(product, directory)
  const paths = envFilesOf(directory, project, envFilePath)
  const files = paths.map(readText)
  const brokenEnvFiles = files.filter((file) => file.state === 'unreadable')
  return {
    env,
    envFile: Object.assign({ ...envFile }, ...files.map((file) => optOutsIn(file, product))),
    ...(brokenEnvFiles.length > 0 && { brokenEnvFiles }),
    ...(paths.length > 1 && {
      envFileName: paths.map((path) => relative(directory ?? '', path)).join(' or '),
    }),
    project,
    global: readGlobal(product, home),
    ...(optedOut !== undefined && { optedOut }),
  }
}

function readGlobal({ directoryName, configFile }: Product, home: string): TextFile {
  const unreadable = (reason: string): TextFile => ({
    state: 'unreadable',
    path: `~/${directoryName}/${configFile}`,
    reason,
  })
  if (typeof home !== 'string' || !isAbsolute(home)) return unreadable('the home directory is unknown')
  const file = readText(join(home, directoryName, configFile))
  // Nobody wants one to be made for the sake of telemetry.
  return file.state !== 'absent' || isThere(home) ? file : unreadable('there is no home directory')
}

function readProject({ projectFile }: Product, directory: string | null): TextFile {
  if (directory === null) return NO_PROJECT
  if (directory === '')
    return { state: 'unreadable', path: projectFile, reason: 'the working directory is unknown' }
  const own = readText(join(directory, projectFile))
  if (isFound(own)) return own
  // A link lies below two directories. The one that it leads to comes first: whoever changes to it is there.
  const above = new Set([realPath(directory), directory].map(dirname))
  return [...above].map((each) => readNearest(each, projectFile)).find(isFound) ?? own
}

function isFound({ state }: TextFile): boolean {
  return state !== 'absent'
}

/** The file of this name in the directory, or else in the nearest one above it that has one, readable or not. */
function readNearest(directory: string, name: string): TextFile {
  const own = readText(join(directory, name))
  const above = dirname(directory)
  return isFound(own) || above === directory ? own : readNearest(above, name)
}

/** The directory's own `.env`, the one beside the project's file, and those that were loaded in their place. */
function envFilesOf(
  directory: string | null,
  project: TextFile,
  loaded: string | readonly string[] | undefined,
): readonly string[] {
  const own = directory ? [join(directory, '.env'), join(dirname(project.path), '.env')] : []
  // A program without types may hand over null.
  return [...new Set([...own, ...[loaded].flat().filter((path) => typeof path === 'string')])]
}

/**
 * The person's home directory as the system tells it, absolute. Empty if the system can't tell it, and also if the path
 * is not UTF-8, because Node would look in another place. Never throws.
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
