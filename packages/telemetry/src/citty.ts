import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import type { ArgDef, ArgsDef, CommandDef, Resolvable, SubCommandsDef } from 'citty'
import { flagsOf } from './flags-of.ts'

/** What citty itself answers for every program, wherever it stands. */
const HELP: OptionSpec = { names: ['-h', '--help'], value: 'none' }
/** The same, where nothing else stands: behind a command it is a flag like any other, and the command runs. */
const VERSION: OptionSpec = { names: ['-v', '--version'], value: 'none' }

/**
 * The declared commands and flags of a citty program: the only words of a command line that may be collected. It loads
 * only those lazy commands that `argv` names. At a level where `argv` names none it loads all, because citty looks for an
 * alias there. Never rejects: what can't be loaded counts as undeclared.
 */
export async function commandSpecOf<A extends ArgsDef>(
  main: CommandDef<A>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<CommandSpec> {
  const unread: CommandSpec = { name: '' }
  // A program without types may hand over anything.
  if (!Array.isArray(argv)) return unread
  const { options = [], ...spec } = await read('', main, argv).catch(() => unread)
  return { ...spec, options: [HELP, ...(argv.length === 1 ? [VERSION] : []), ...options] }
}

/**
 * Gives the same program, with commands that note what they threw before citty prints it and ends the process. Without
 * this a failure is recorded all the same, as an `Error`.
 */
export function noteErrors<A extends ArgsDef>(
  command: CommandDef<A>,
  followed: { note(outcome: { readonly error: unknown }): void },
): CommandDef<A> {
  // One that is loaded late may turn out to be none: citty says so.
  if (!command) return command
  const { subCommands } = command
  const noting = <C>(work: (context: C) => unknown) =>
    async function (this: unknown, context: C) {
      try {
        return await work.call(this, context)
      } catch (error) {
        followed.note({ error })
        throw error
      }
    }
  return {
    ...command,
    ...(command.setup && { setup: noting(command.setup) }),
    ...(command.run && { run: noting(command.run) }),
    ...(command.cleanup && { cleanup: noting(command.cleanup) }),
    ...(subCommands && {
      subCommands: async (): Promise<SubCommandsDef> =>
        mapValues(await resolve(subCommands), (one) => async () => noteErrors(await resolve(one), followed)),
    }),
  }
}

async function read<A extends ArgsDef>(
  name: string,
  command: CommandDef<A>,
  argv: readonly string[],
): Promise<CommandSpec> {
  const { alias = [] } = await resolve(command.meta ?? {})
  const args: ArgsDef = await resolve<ArgsDef>(command.args ?? {})
  const below = Object.entries(await resolve(command.subCommands ?? {}))
  const options = Object.entries(args).flatMap((arg) => optionSpecsOf(arg, below.length > 0))
  const at = commandAt(argv, options)
  // A word that names no command is an error to citty, and stays unknown.
  const isBare = at === -1
  const wanted = isBare ? 'default' in command && (await resolve(command.default)) : argv[at]
  const isNamed = below.some(([one]) => one === wanted)
  const commands = await Promise.all(
    below.map(async ([one, load]) => {
      if (!wanted || (isNamed && one !== wanted)) return { name: one }
      try {
        return await read(one, await resolve(load), argv.slice(at + 1))
      } catch {
        // The program will meet it, too, and say so.
        return { name: one }
      }
    }),
  )
  const byDefault = isBare ? defaultOf(command, wanted, commands) : undefined
  return { name, aliases: [alias].flat(), options, commands, ...(byDefault && { default: byDefault }) }
}

/** Where citty looks for a command's name: at the first word that is no flag, nor a flag's value; -1 if there is none. */
function commandAt(argv: readonly string[], options: readonly OptionSpec[]): number {
  const taking = new Set(options.flatMap(({ names, value }) => (value === 'required' ? names : [])))
  const end = argv.indexOf('--')
  return argv.findIndex(
    (word, at) => (end === -1 || at < end) && !word.startsWith('-') && !taking.has(argv[at - 1] ?? ''),
  )
}

/** What runs where no word stands. */
function defaultOf<A extends ArgsDef>(
  command: CommandDef<A>,
  name: string | false | undefined,
  commands: readonly CommandSpec[],
): CommandSpec | undefined {
  if (commands.length === 0) return undefined
  const named = commands.find((one) => one.name === name || one.aliases?.includes(name || ''))
  return named ?? (command.run && { name: '', commands })
}

function optionSpecsOf([name, arg]: readonly [string, ArgDef], hasCommands: boolean): readonly OptionSpec[] {
  if (arg.type === 'positional') return []
  const aliases = 'alias' in arg ? [arg.alias ?? []].flat() : []
  const { flags, negations } = flagsOf([name, ...aliases])
  // Without a type it may take a word, but where citty looks for a command it takes that word for one.
  const untyped = hasCommands ? 'none' : 'optional'
  const value = arg.type === 'boolean' ? 'none' : arg.type === undefined ? untyped : 'required'
  return [
    { names: flags, value },
    // Of any flag, not only of a switch.
    { names: negations, value: 'none' },
  ]
}

async function resolve<T>(value: Resolvable<T>): Promise<T> {
  return typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
