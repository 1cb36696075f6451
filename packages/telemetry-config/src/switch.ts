/** The key that switches telemetry in a YAML file. A file without this word can't opt out. */
export const SWITCH = 'telemetry_enabled'

/** Where the switch stands in the person's own file, `~/.visivo/config.yml`. */
export const GLOBAL_SWITCH: readonly string[] = [SWITCH]

/** Where the switch stands in a project's file, `project.visivo.yml`. */
export const PROJECT_SWITCH: readonly string[] = ['defaults', SWITCH]

/** What a value of the switch means. `unclear` counts as off: a person who wrote something had a reason. */
export type Meaning = 'on' | 'off' | 'unclear'

const WORDS: ReadonlyMap<string, Meaning> = new Map([
  ['true', 'on'],
  ['yes', 'on'],
  ['on', 'on'],
  ['1', 'on'],
  ['false', 'off'],
  ['no', 'off'],
  ['off', 'off'],
  ['0', 'off'],
])

/** What a value from YAML means: a boolean, a number, or their spellings in any case. Anything else is unclear. */
export function meaningOf(value: unknown): Meaning {
  if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') return 'unclear'
  return WORDS.get(String(value).trim().toLowerCase()) ?? 'unclear'
}

/** What a variable of the environment means: everything but unset, empty, `0`, `false`, `no` and `off` opts out. */
export function isOptOut(value: string | undefined): boolean {
  const text = value?.trim() ?? ''
  return text !== '' && meaningOf(text) !== 'off'
}

/** What a YAML text says at the switch: every value found there, or why none can be read. Lines count from 1. */
export type Reading =
  | { readonly found: readonly Found[] }
  | { readonly problem: string; readonly line: number | undefined }

/** A value of the switch, and the line of the text where it is, counted from 1. */
export interface Found {
  readonly value: unknown
  readonly line: number
}

/** Reads the switch at each of several paths of keys in a YAML text whose lines end with `\n`. Never throws. */
export type ReadSwitch = (text: string, keyPaths: readonly (readonly string[])[]) => Reading
