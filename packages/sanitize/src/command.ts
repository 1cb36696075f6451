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
  readonly flags: Flags
}

interface Destination {
  readonly name: Safe
  readonly spec: CommandSpec
}

/**
 * Reads a command line along the program's declared tree. `argv` is without node and script.
 *
 * A command comes out by its declared name, also when an alias was typed; `<unknown>` for a word that should be
 * a command and isn't declared; `<none>` if there is none. Flags come out as declared, undeclared ones as
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
  let place = enter(root, new Map())
  let commandMayCome = place.hasCommands
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
    } else if (commandMayCome) {
      const destination = place.commands.get(word)
      path.push(destination?.name ?? UNKNOWN)
      if (destination !== undefined) place = enter(destination.spec, place.flags)
      commandMayCome = destination !== undefined && place.hasCommands && path.length < MAX_DEPTH
    } else {
      args.push(sanitizeValue(word, false))
    }
  }
  return { command: joined(path), args: capped(args) }
}

function enter(spec: CommandSpec, inherited: Flags): Place {
  const commands = new Map<string, Destination>()
  for (const command of spec.commands ?? []) {
    const name = fit(NAME_SHAPE, command.name)
    if (name === undefined) continue
    for (const word of [name, ...(command.aliases ?? [])]) commands.set(word, { name, spec: command })
  }
  const hasCommands = spec.commands !== undefined && spec.commands.length > 0
  return { commands, hasCommands, flags: declareFlags(spec.options ?? [], inherited) }
}

function joined([first, ...rest]: readonly Safe[]): Safe {
  return first === undefined ? NONE : rest.reduce((command, name) => safe`${command} ${name}`, first)
}

function capped(args: readonly Safe[]): readonly Safe[] {
  return args.length > MAX_ARGS ? [...args.slice(0, MAX_ARGS), MORE] : args
}
