import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { optOutsIn } from './env-file.ts'
import type { Product } from './product.ts'
import { readText, type TextFile } from './read-text.ts'

/** Environment variables, as in `process.env` or a parsed `.env` file. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Everything that `decide` looks at. */
export interface Sources {
  readonly env: Environment
  /** The `.env` file that the tool loads, parsed, and every opt-out in the project's own. */
  readonly envFile: Environment
  readonly project: TextFile
  readonly global: TextFile
}

export interface SourcesOptions {
  /** Default: `process.env`. */
  readonly env?: Environment
  /** Default: none. */
  readonly envFile?: Environment
  /** Absolute path of the home directory. Default: the operating system's answer. */
  readonly home?: string
  /** Where the project's file lies. Default: the working directory. */
  readonly projectDirectory?: string
}

/**
 * Reads the two configuration files, and the project's `.env` for an opt-out in it, which counts whether or not the
 * tool loads that file; and nothing else. Never throws: what can't be read says so in its `state`. A home directory or
 * working directory that can't be told counts as an unreadable file, because nobody knows what the person wrote there.
 */
export function readSources(product: Product, options: SourcesOptions = {}): Sources {
  const { env = process.env, envFile = {} } = options
  const home = options.home ?? attempt(homedir)
  const projectDirectory = options.projectDirectory ?? attempt(() => process.cwd())
  const optOuts = projectDirectory ? optOutsIn(readText(join(projectDirectory, '.env')), product) : {}
  return {
    env,
    envFile: { ...envFile, ...optOuts },
    project: projectDirectory
      ? readText(join(projectDirectory, product.projectFile))
      : { state: 'unreadable', path: product.projectFile, reason: 'the working directory is unknown' },
    global: isAbsolute(home)
      ? readText(join(home, product.directoryName, product.configFile))
      : {
          state: 'unreadable',
          path: `~/${product.directoryName}/${product.configFile}`,
          reason: 'the home directory is unknown',
        },
  }
}

function attempt(ask: () => string): string {
  try {
    return ask()
  } catch {
    return '' // no entry for this user, or a working directory that was deleted
  }
}
