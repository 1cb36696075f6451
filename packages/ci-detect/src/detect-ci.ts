import { existsSync } from 'node:fs'
import { type Sign, SYSTEMS, type System } from './systems.ts'

/** What `detectCi` found. */
export interface Detection {
  /** An automated environment: a CI system, a serverless host, or a container that nobody works in. */
  readonly ci: boolean
  /** The process runs in a container: when its first process ends, all others are killed. */
  readonly container: boolean
  /** The first system of the table that was found: `GitHub Actions`, `Docker`. */
  readonly name?: string
}

/** Where to look. Both have defaults, so that a test passes values instead of changing the process. */
export interface Surroundings {
  /** Environment variables. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Whether there is a file or directory at this absolute path. */
  readonly exists?: (path: string) => boolean
}

const NOWHERE: Detection = { ci: false, container: false }

/** A person's word that this is no CI, stronger than every sign. */
const DENIALS = ['false', '0']

/**
 * Which CI system, container or serverless host the process runs on. `CI=false` and `CI=0` win over everything,
 * containers included; a workspace in the cloud is a container but no CI, unless a CI system is found in it.
 * Never throws: what can't be read counts as not there.
 */
export function detectCi(surroundings?: Surroundings): Detection {
  // A program without types may hand over null.
  const { env = process.env, exists = existsSync } = surroundings ?? {}
  if (DENIALS.includes(read(env, 'CI').toLowerCase())) return NOWHERE

  const found = SYSTEMS.filter((system) => isHere(system, env, exists))
  const has = (kind: System['kind']) => found.some((system) => system.kind === kind)
  const name = found[0]?.name
  return {
    ci: has('ci') || (!has('workspace') && (has('serverless') || has('container'))),
    container: has('container') || has('workspace'),
    ...(name !== undefined && { name }),
  }
}

function isHere(
  { variables = [], unless = [], paths = [] }: System,
  env: Surroundings['env'],
  exists: (path: string) => boolean,
): boolean {
  const isSet = (sign: Sign) =>
    typeof sign === 'string' ? read(env, sign) !== '' : sign.value.test(read(env, sign.name))
  return (variables.some(isSet) && !unless.some(isSet)) || paths.some((path) => isThere(path, exists))
}

/** A variable's value without white space around it; empty if there is none. */
function read(env: Surroundings['env'], variable: string): string {
  try {
    const value: unknown = env?.[variable]
    return typeof value === 'string' ? value.trim() : ''
  } catch {
    // An environment that isn't one, such as a proxy.
    return ''
  }
}

function isThere(path: string, exists: (path: string) => boolean): boolean {
  try {
    return exists(path)
  } catch {
    // A file system that refuses to answer.
    return false
  }
}
