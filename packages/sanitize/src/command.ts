import { MAX_ARGS, sanitizeValue } from './args.ts'
import { declareFlags, type Expected, type Flags, isFlag, type OptionSpec, readFlags } from './flags.ts'
import { MORE, NONE, UNKNOWN } from './placeholders.ts'
import { fit, type Safe, safe } from './safe.ts'

/** A command that the program declares; the root is the program itself and holds the global options. */
export interface CommandSpec {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly options?: readonly OptionSpec[]
  readonly commands?: readonly CommandSpec[]
  /**
   * What runs where no command of `commands` is named: one of them, or one without a name (`''`), as where the program
   * itself takes words. What is typed belongs to it then, and its options are known here, too. One without a name that
   * takes no words has the same `commands` once more, so that a word which names none of them is still unknown.
   */
  readonly default?: CommandSpec
}

/** What is left of a command line: declared names and flags, and placeholders for all that a person typed. */
export interface SanitizedCommand {
  /** Declared names from the top, joined by a space: `telemetry show`. */
  readonly command: Safe
  /** Everything else in its order, at most 32 texts and a `<more>`. */
  readonly args: readonly Safe[]
}

/** A command's name has at most 40 characters; below the fifth level, words are values. */
const NAME = '(?![^ ]{41})[A-Za-z][A-Za-z0-9]*(?:[-_.:][A-Za-z0-9]+)*'
const NAME_SHAPE = new RegExp(`^${NAME}$`)
const MAX_DEPTH = 5

/**
 * Every text that `sanitizeCommand` can give as the command: at most five words. They are counted ahead, because
 * a repetition with a bound takes twice as long to compile.
 */
export const COMMAND_SHAPE = new RegExp(
  `^(?!(?:[^ ]+ ){5})(?:<none>|<unknown>|${NAME}(?: ${NAME})*(?: <unknown>)?)$`,
)

/** Where the reading stands in the tree: which words would be commands here, and which flags are declared. */
interface Place {
  readonly commands: ReadonlyMap<string, Destination>
  readonly hasCommands: boolean
  readonly default: Destination | undefined
  readonly flags: Flags
  readonly depth: number
}

interface Destination {
  /** None for a default without a name. */
  readonly name: Safe | undefined
  readonly spec: CommandSpec
}

/** A step down the tree: what is added to the command by it, and whether that was the word itself. */
interface Step {
  readonly names: readonly Safe[]
  readonly to: Place
  readonly isTaken: boolean
}

/** Where no command can come any more: what is typed there is a value. */
const NOWHERE: Place = {
  commands: new Map(),
  hasCommands: false,
  default: undefined,
  flags: new Map(),
  depth: MAX_DEPTH,
}

/**
 * Reads a command line along the program's declared tree. `argv` is without node and script.
 *
 * A command comes out by its declared name, also when an alias was typed, or none because it is the default;
 * `<unknown>` for a word that should be a command and isn't declared; `<none>` if there is none. Flags come out as declared, undeclared ones as
 * `<flag>`; values as `<value>`, `<path>` or `<redacted>`, glued ones behind their flag (`--out=<path>`,
 * `-o<path>`). Never throws: what can't be read at all is `<unknown>` without arguments.
 */
export function sanitizeCommand(argv: readonly string[], root: CommandSpec): SanitizedCommand {
  try {
    return readCommand(argv, root)
  } catch {
    // A tree or an argv of wrong types, which only untyped callers can pass.
    return { command: UNKNOWN, args: [] }
  }
}

function readCommand(argv: readonly string[], root: CommandSpec): SanitizedCommand {
  const path: Safe[] = []
  const args: Safe[] = []
  let place = enter(root, new Map(), 0)
  let expected: Expected | undefined
  let literal = false

  for (const word of argv) {
    if (args.length > MAX_ARGS) break
    if (literal) {
      args.push(sanitizeValue(word, false))
    } else if (expected !== undefined && (expected.dashes || !isFlag(word, place.flags))) {
      args.push(sanitizeValue(word, expected.sensitive))
      expected = expected.variadic ? { ...expected, dashes: false } : undefined
    } else if (word === '--') {
      args.push(safe`--`)
      literal = true
    } else if (isFlag(word, place.flags)) {
      const read = readFlags(word, place.flags)
      args.push(...read.texts)
      expected = read.expected
    } else {
      const { names, to, isTaken } = stepAlong(word, place)
      path.push(...names)
      place = to
      if (!isTaken) args.push(sanitizeValue(word, false))
    }
  }
  return { command: joined([...path, ...stepAlong(undefined, place).names]), args: capped(args) }
}

/** Along a word, through defaults where it names no command; at the end of the line, as far as defaults lead. */
function stepAlong(word: string | undefined, from: Place): Step {
  const named = word === undefined ? undefined : from.commands.get(word)
  if (named !== undefined) return { names: namesOf(named), to: below(named, from), isTaken: true }
  if (from.default !== undefined) {
    const { names, ...step } = stepAlong(word, below(from.default, from))
    return { ...step, names: [...namesOf(from.default), ...names] }
  }
  if (word === undefined || !from.hasCommands) return { names: [], to: from, isTaken: false }
  return { names: [UNKNOWN], to: { ...NOWHERE, flags: from.flags }, isTaken: true }
}

function namesOf({ name }: Destination): readonly Safe[] {
  return name === undefined ? [] : [name]
}

function below({ spec }: Destination, { flags, depth }: Place): Place {
  return enter(spec, flags, depth + 1)
}

function enter(spec: CommandSpec, inherited: Flags, depth: number): Place {
  const byDefault = spec.default && { name: fit(NAME_SHAPE, spec.default.name), spec: spec.default }
  const flags = declareFlags(spec.options ?? [], declareFlags(byDefault?.spec.options ?? [], inherited))
  if (depth >= MAX_DEPTH) return { ...NOWHERE, flags }
  const commands = new Map<string, Destination>()
  for (const command of spec.commands ?? []) {
    const name = fit(NAME_SHAPE, command.name)
    if (name === undefined) continue
    for (const word of [name, ...(command.aliases ?? [])]) commands.set(word, { name, spec: command })
  }
  const hasCommands = spec.commands !== undefined && spec.commands.length > 0
  return { commands, hasCommands, default: byDefault, flags, depth }
}

function joined([first, ...rest]: readonly Safe[]): Safe {
  return first === undefined ? NONE : rest.reduce((command, name) => safe`${command} ${name}`, first)
}

function capped(args: readonly Safe[]): readonly Safe[] {
  return args.length > MAX_ARGS ? [...args.slice(0, MAX_ARGS), MORE] : args
}
