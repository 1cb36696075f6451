import { basename } from 'node:path'
import { asSeen } from './as-seen.ts'
import { type Destination, findDestination } from './destination.ts'
import { type Product, switchVariables } from './product.ts'
import { readFully } from './read-fully.ts'
import { readPlainly } from './read-plainly.ts'
import type { TextFile, UnreadableFile } from './read-text.ts'
import type { Sources } from './sources.ts'
import {
  type Found,
  GLOBAL_SWITCH,
  isOptOut,
  meaningOf,
  PROJECT_SWITCH,
  type Reading,
  type ReadSwitch,
  SWITCH,
} from './switch.ts'

/** What one source says. `value` is in words and holds no secret, only the words that switch telemetry. */
export interface Checked {
  readonly kind: 'environment' | 'env-file' | 'project' | 'global' | 'destination'
  /** The source as a person knows it, such as `DO_NOT_TRACK` or `telemetry_enabled in ~/.visivo/config.yml`. */
  readonly source: string
  readonly value: string
  /** `on` is only reported: it overrides nothing. */
  readonly verdict: 'off' | 'silent' | 'on'
  /** The file, for those that are one. */
  readonly path?: string
  /** The source is off only because it can't be understood: perhaps it is being written just now. */
  readonly unclear?: true
  /** Unclear because the file can't be read: there is something to mend. */
  readonly broken?: true
}

/** Whether telemetry is on, and why. `because` is the first row of `checked` that says off. */
export type Decision =
  | { readonly enabled: true; readonly destination: Destination; readonly checked: readonly Checked[] }
  | { readonly enabled: false; readonly because: Checked; readonly checked: readonly Checked[] }

/** How far `decide` looks, and with what. */
export interface DecideOptions {
  /** If you only need to know whether it is on: `checked` ends at the first off, and no file is parsed after it. */
  readonly untilFirstOff?: boolean
  /** Reads the switch where that needs a YAML parser. Default: `yaml`, loaded at that moment. */
  readonly readYaml?: ReadSwitch
}

/** What a parser is given, in characters: it takes a second for ten times as much, and a hundred megabytes. */
const MOST_PARSED = 100_000
const TOO_LARGE: Reading = {
  problem: 'more than 100,000 characters are not searched for a yes',
  line: undefined,
}

/** What only a program without types hands over, or a sandbox keeps to itself. */
const UNREADABLE: Checked = {
  kind: 'environment',
  source: 'the environment',
  value: "can't be read",
  verdict: 'off',
  unclear: true,
}

/**
 * The one decider: any off wins, and the first one is named. Pure, except that it may load the YAML parser. Never throws:
 * sources that can't be read at all are an off.
 */
export function decide(product: Product, sources: Sources, options: DecideOptions = {}): Decision {
  try {
    return weigh(product, sources, options)
  } catch {
    return { enabled: false, because: UNREADABLE, checked: [UNREADABLE] }
  }
}

function weigh(product: Product, sources: Sources, options: DecideOptions): Decision {
  const { untilFirstOff = false, readYaml = readFully } = options
  const { envFileName = '.env', brokenEnvFiles = [], optedOut } = sources
  const [disabled, doNotTrack] = switchVariables(product)
  const globalFile = `~/${product.directoryName}/${product.configFile}`
  const { destination, problem } = findDestination(product, sources.env, sources.envFile)
  const destinationRow = destination
    ? row('destination', 'destination', originOf(destination.host), 'on')
    : row('destination', 'destination', problem, 'off')

  const rows: readonly (() => Checked)[] = [
    () => checkVariable('environment', disabled, sources.env[disabled]),
    () => checkVariable('environment', doNotTrack, sources.env[doNotTrack]),
    () => checkVariable('env-file', `${disabled} in ${envFileName}`, sources.envFile[disabled]),
    () => checkVariable('env-file', `${doNotTrack} in ${envFileName}`, sources.envFile[doNotTrack]),
    ...brokenEnvFiles.map((file) => () => unreadable('env-file', basename(file.path), file)),
    ...(optedOut ? [() => row('project', optedOut, 'false', 'off')] : []),
    // Whoever writes the form of one file into the other means it.
    () =>
      checkFile('project', product.projectFile, [PROJECT_SWITCH, GLOBAL_SWITCH], sources.project, readYaml),
    () => checkFile('global', globalFile, [GLOBAL_SWITCH, PROJECT_SWITCH], sources.global, readYaml),
    () => destinationRow,
  ]

  const checked: Checked[] = []
  for (const check of rows) {
    checked.push(check())
    if (untilFirstOff && checked.at(-1)?.verdict === 'off') break
  }
  const off = checked.find(({ verdict }) => verdict === 'off')
  if (off || !destination) return { enabled: false, because: off ?? destinationRow, checked }
  return { enabled: true, destination, checked }
}

function row(
  kind: Checked['kind'],
  source: string,
  value: string,
  verdict: Checked['verdict'],
  path?: string,
): Checked {
  return path === undefined ? { kind, source, value, verdict } : { kind, source, value, verdict, path }
}

function checkVariable(kind: 'environment' | 'env-file', source: string, text: string | undefined): Checked {
  const value = text?.trim()
  if (value === undefined) return row(kind, source, 'not set', 'silent')
  if (value === '') return row(kind, source, 'empty', 'silent')
  return row(kind, source, inWords(value), isOptOut(value) ? 'off' : 'on')
}

function unclear(kind: Checked['kind'], source: string, value: string, path: string): Checked {
  return { ...row(kind, source, value, 'off', path), unclear: true }
}

function unreadable(
  kind: Checked['kind'],
  source: string,
  { path, reason }: Pick<UnreadableFile, 'path' | 'reason'>,
): Checked {
  return { ...unclear(kind, source, `the file can't be read (${reason})`, path), broken: true }
}

function checkFile(
  kind: 'project' | 'global',
  name: string,
  [keyPath, ...also]: readonly [readonly string[], ...(readonly string[])[]],
  file: TextFile,
  readYaml: ReadSwitch,
): Checked {
  const source = `${keyPath.join('.')} in ${name}`
  const { path } = file
  if (file.state === 'absent') return row(kind, source, 'no file', 'silent', path)
  if (file.state === 'unreadable') return unreadable(kind, source, file)
  const text = asSeen(file.text.replace(/\r\n?/g, '\n'), SWITCH)
  const keyPaths = [keyPath, ...also.filter(([parent = '']) => text.includes(parent))]
  const reading = readAt(text, keyPaths, readYaml)
  if ('problem' in reading)
    return unreadable(kind, source, { path, reason: reading.problem + inLine(reading.line) })
  const said = reading.found.find(isNoYes) ?? reading.found[0]
  if (said === undefined) return row(kind, source, 'not set', 'silent', path)
  const value = inWords(said.value) + inLine(said.line)
  const meaning = meaningOf(said.value)
  return meaning === 'unclear' ? unclear(kind, source, value, path) : row(kind, source, value, meaning, path)
}

/** By the lines alone where they settle all places, or one of them says no; else by a parser, once. */
function readAt(text: string, keyPaths: readonly (readonly string[])[], readYaml: ReadSwitch): Reading {
  const plain = keyPaths.map((keyPath) => readPlainly(text, keyPath))
  const found = plain.flatMap((reading) => (reading && 'found' in reading ? reading.found : []))
  if (!plain.includes(undefined) || found.some(isNoYes)) return { found }
  return text.length > MOST_PARSED ? TOO_LARGE : readYaml(text, keyPaths)
}

function isNoYes({ value }: Found): boolean {
  return meaningOf(value) !== 'on'
}

/** The words that switch telemetry as they are; of anything else only that it is there: it may be a secret. */
function inWords(value: unknown): string {
  return meaningOf(value) === 'unclear' ? 'set, but not to a clear yes or no' : String(value).trim()
}

/** Not by `new URL`, which every command would wait for; the host was written by one. */
function originOf(host: string): string {
  return host.split('/', 3).join('/')
}

function inLine(line: number | undefined): string {
  return line === undefined ? '' : `, line ${line}`
}
