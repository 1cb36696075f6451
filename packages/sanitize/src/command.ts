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
   * What runs if no command of `commands` is named: one of them, or one without a name (`''`), as when the program itself
   * takes words. Then what is typed belongs to it, and its options are known here, too. If the nameless one takes no
   * words, give it the same `commands` once more, so that a word which names none of them is still unknown.
   */
  readonly default?: CommandSpec
  /**
   * The names, from the top, of the command as which this one comes out: for a command that can be typed at several
   * places of the tree, such as `oven bake` for `bake`.
   */
  readonly standsFor?: readonly string[]
}

/** What is left of a command line: declared names and flags, and placeholders for everything else. */
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
  /** Where that is: what comes out as the command. */
  readonly path: readonly Safe[]
  readonly commands: ReadonlyMap<string, Destination>
  readonly hasCommands: boolean
  readonly default: Destination | undefined
  readonly flags: Flags
  readonly depth: number
}

interface Destination {
  /** Its own name, or all those from the top if it stands for another; none if one of them is no name. */
  readonly names: readonly Safe[]
  readonly spec: CommandSpec
}

/** A step down the tree, and whether that took the word itself. */
interface Step {
  readonly to: Place
  readonly isTaken: boolean
}

/** Where no command can come any more: what is typed there is a value. */
const NOWHERE: Omit<Place, 'path'> = {
  commands: new Map(),
  hasCommands: false,
  default: undefined,
  flags: new Map(),
  depth: MAX_DEPTH,
}

/**
 * Reads a command line along the program's declared tree. `argv` is without node and script.
 *
 * A command comes out by its declared name, even when an alias was typed, or nothing because it is the default. A word
 * that should be a command but isn't declared is `<unknown>`; no command at all is `<none>`. Flags come out as declared;
 * undeclared ones, and those whose name doesn't look like one, as `<flag>`. Values come out as `<value>`, `<path>` or
 * `<redacted>`, glued ones behind their flag (`--out=<path>`, `-o<path>`). Never throws: what can't be read at all is
 * `<unknown>` without arguments.
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
  const args: Safe[] = []
  let place = enter(root, [], new Map(), 0)
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
      const { to, isTaken } = stepAlong(word, place)
      place = to
      if (!isTaken) args.push(sanitizeValue(word, false))
    }
  }
  return { command: joined(stepAlong(undefined, place).to.path), args: capped(args) }
}

/** Along a word, through defaults where it names no command; at the end of the line, as far as defaults lead. */
function stepAlong(word: string | undefined, from: Place): Step {
  const named = word === undefined ? undefined : from.commands.get(word)
  if (named !== undefined) return { to: below(named, from), isTaken: true }
  if (from.default !== undefined) return stepAlong(word, below(from.default, from))
  if (word === undefined || !from.hasCommands) return { to: from, isTaken: false }
  return { to: { ...NOWHERE, path: [...from.path, UNKNOWN], flags: from.flags }, isTaken: true }
}

function below({ names, spec }: Destination, from: Place): Place {
  const path = spec.standsFor ? names : [...from.path, ...names]
  return enter(spec, path, from.flags, Math.max(from.depth + 1, path.length))
}

function enter(spec: CommandSpec, path: readonly Safe[], inherited: Flags, depth: number): Place {
  const byDefault = spec.default && destination(spec.default)
  const flags = declareFlags(spec.options ?? [], declareFlags(spec.default?.options ?? [], inherited))
  if (depth >= MAX_DEPTH) return { ...NOWHERE, path, flags }
  const commands = new Map<string, Destination>()
  for (const command of spec.commands ?? []) {
    const to = destination(command)
    if (to.names.length === 0) continue
    for (const word of [command.name, ...(command.aliases ?? [])]) commands.set(word, to)
  }
  const hasCommands = spec.commands !== undefined && spec.commands.length > 0
  return { path, commands, hasCommands, default: byDefault, flags, depth }
}

function destination(spec: CommandSpec): Destination {
  const { name, standsFor = [name] } = spec
  const names = standsFor.slice(0, MAX_DEPTH).map((one) => fit(NAME_SHAPE, one))
  return { names: names.every((one) => one !== undefined) ? names : [], spec }
}

function joined([first, ...rest]: readonly Safe[]): Safe {
  return first === undefined ? NONE : rest.reduce((command, name) => safe`${command} ${name}`, first)
}

function capped(args: readonly Safe[]): readonly Safe[] {
  return args.length > MAX_ARGS ? [...args.slice(0, MAX_ARGS), MORE] : args
}
