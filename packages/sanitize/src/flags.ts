import { FLAG_NAME, MAX_ARGS, sanitizeValue } from './args.ts'
import { FLAG } from './placeholders.ts'
import { fit, type Safe, safe } from './safe.ts'
import { isSensitive } from './sensitive.ts'

/** An option that the program declares. */
export interface OptionSpec {
  /** Every spelling, dashes included: `['-o', '--output-dir']`, `['--no-color']`. */
  readonly names: readonly string[]
  /** `none` is a switch; `required` takes the next word, whatever it is; `optional` takes it if it is no flag. */
  readonly value: 'none' | 'required' | 'optional'
  /** Goes on taking words until the next flag. */
  readonly variadic?: boolean
  /** Its values become `<redacted>`. A name like `--api-token` makes an option sensitive without this. */
  readonly sensitive?: boolean
}

/** One spelling of a declared option. */
export interface Flag {
  readonly name: Safe
  readonly value: OptionSpec['value']
  readonly variadic: boolean
  readonly sensitive: boolean
}

/** Declared flags by their spelling. */
export type Flags = ReadonlyMap<string, Flag>

/** What a flag may take from the next word: anything, or only what doesn't look like a flag (`dashes: false`). */
export interface Expected {
  readonly sensitive: boolean
  readonly dashes: boolean
  readonly variadic: boolean
}

/** A word of the command line that holds flags: its safe texts, and what may belong to it in the next word. */
interface FlagsRead {
  readonly texts: readonly Safe[]
  readonly expected?: Expected
}

/** A spelling that isn't one (`-?`, 41 characters) comes out as an undeclared flag does. */
const FLAG_SHAPE = new RegExp(`^(?!.{41})${FLAG_NAME}$`)
const NEGATIVE_NUMBER = /^-\.?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?$/

/** The inherited flags and these options'; on the same spelling the option wins. */
export function declareFlags(options: readonly OptionSpec[], inherited: Flags): Flags {
  const flags = new Map(inherited)
  for (const option of options) {
    for (const text of option.names) flags.set(text, declareFlag(fit(FLAG_SHAPE, text) ?? FLAG, option))
  }
  return flags
}

function declareFlag(name: Safe, { names, value, variadic = false, sensitive = false }: OptionSpec): Flag {
  return {
    name,
    value,
    variadic,
    // Found out when it is asked for: of all that is declared, few are typed, and every command pays for this.
    get sensitive() {
      return sensitive || names.some(isSensitive)
    },
  }
}

/** Whether a word stands where a flag would: `-x`, `--x`, `--`. Not `-`, and `-5` only if that is declared. */
export function isFlag(word: string, flags: Flags): boolean {
  if (!word.startsWith('-') || word === '-') return false
  return !NEGATIVE_NUMBER.test(word) || flags.has(word.slice(0, 2))
}

/** Reads a word for which `isFlag` holds: `--x`, `--x=value`, `-x`, `-xvalue`, `-x=value`, `-abc`. */
export function readFlags(word: string, flags: Flags): FlagsRead {
  const equals = word.indexOf('=')
  const name = equals === -1 ? word : word.slice(0, equals)
  const flag = flags.get(name)
  if (flag === undefined) {
    return flags.has(word.slice(0, 2)) ? readCluster(word, flags) : readUndeclared(name, equals !== -1)
  }
  if (equals === -1) return { texts: [flag.name], ...expectedAfter(flag) }
  return { texts: [glued(flag, safe`=`, word.slice(equals + 1))] }
}

/** `-abc`, of which at least `-a` is declared: switches one by one; the first that takes a value takes the rest. */
function readCluster(word: string, flags: Flags): FlagsRead {
  const texts: Safe[] = []
  for (const letter of word.slice(1, MAX_ARGS + 2)) {
    const flag = flags.get(`-${letter}`)
    if (flag === undefined) return { texts: [...texts, FLAG] }

    const rest = word.slice(texts.length + 2)
    if (rest === '') return { texts: [...texts, flag.name], ...expectedAfter(flag) }
    if (rest.startsWith('=')) return { texts: [...texts, glued(flag, safe`=`, rest.slice(1))] }
    if (flag.value !== 'none') return { texts: [...texts, glued(flag, safe``, rest)] }
    texts.push(flag.name)
  }
  return { texts }
}

function glued({ name, sensitive }: Flag, by: Safe, value: string): Safe {
  return name === FLAG ? FLAG : safe`${name}${by}${sanitizeValue(value, sensitive)}`
}

function readUndeclared(name: string, hasValue: boolean): FlagsRead {
  if (hasValue || !isSensitive(name)) return { texts: [FLAG] }
  return { texts: [FLAG], expected: { sensitive: true, dashes: false, variadic: false } }
}

function expectedAfter({ value, variadic, sensitive }: Flag): { readonly expected?: Expected } {
  return value === 'none' ? {} : { expected: { sensitive, dashes: value === 'required', variadic } }
}
