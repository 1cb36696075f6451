import { type CommandSpec, NONE, type OptionSpec, sanitizeCommand } from '@visivo/sanitize'
import type { ArgDef, ArgsDef, CommandDef, Resolvable, SubCommandsDef } from 'citty'
import { flagsOf } from './flags-of.ts'

/** What citty itself answers for every program. */
const BUILT_IN: readonly OptionSpec[] = [
  { names: ['-h', '--help'], value: 'none' },
  { names: ['-v', '--version'], value: 'none' },
]

/**
 * The declared commands and flags of a citty program: the only words of a command line that may be collected. Of
 * commands that are loaded when they are needed, only those are loaded that `argv` names, and all at a level where it
 * names none, because citty looks for its alias there. Never rejects: what can't be loaded counts as undeclared.
 */
export async function commandSpecOf<A extends ArgsDef>(
  main: CommandDef<A>,
  argv: readonly string[] = process.argv.slice(2),
): Promise<CommandSpec> {
  const unread: CommandSpec = { name: '' }
  const { options = [], ...spec } = await read('', main, argv).catch(() => unread)
  return { ...spec, options: [...BUILT_IN, ...options] }
}

/**
 * The same program, whose commands say what they threw before citty prints it and ends the process. Without it a
 * failure is recorded all the same, as an `Error`.
 */
export function noteErrors<A extends ArgsDef>(
  command: CommandDef<A>,
  followed: { note(outcome: { readonly error: unknown }): void },
): CommandDef<A> {
  // One that is loaded late may turn out to be none: citty says so.
  if (!command) return command
  const { subCommands } = command
  const noting =
    <C>(work: (context: C) => unknown) =>
    async (context: C) => {
      try {
        return await work(context)
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
  const aliases = [alias].flat()
  const rest = argv.slice(1 + argv.findIndex((word) => word === name || aliases.includes(word)))
  const args: ArgsDef = await resolve<ArgsDef>(command.args ?? {})
  const below = Object.entries(await resolve(command.subCommands ?? {}))
  const isNamed = below.some(([one]) => rest.includes(one))
  const spec: CommandSpec = {
    name,
    aliases,
    options: Object.entries(args).flatMap(optionSpecsOf),
    commands: await Promise.all(
      below.map(async ([one, load]) => {
        if (isNamed && !rest.includes(one)) return { name: one }
        try {
          return await read(one, await resolve(load), rest)
        } catch {
          // The program will meet it, too, and say so.
          return { name: one }
        }
      }),
    ),
  }
  const byDefault = await defaultOf(command, spec, rest)
  return byDefault ? { ...spec, default: byDefault } : spec
}

/** What runs where no word stands; one that names no command is an error to citty, and stays unknown. */
async function defaultOf<A extends ArgsDef>(
  command: CommandDef<A>,
  spec: CommandSpec,
  argv: readonly string[],
): Promise<CommandSpec | undefined> {
  const { commands = [] } = spec
  if (commands.length === 0 || sanitizeCommand(argv, spec).command !== NONE) return undefined
  const name = 'default' in command ? await resolve(command.default) : undefined
  const named = commands.find((one) => one.name === name || one.aliases?.includes(name ?? ''))
  return named ?? (command.run && { name: '', commands })
}

function optionSpecsOf([name, arg]: readonly [string, ArgDef]): readonly OptionSpec[] {
  if (arg.type === 'positional') return []
  const aliases = 'alias' in arg ? [arg.alias ?? []].flat() : []
  const { flags, negations } = flagsOf([name, ...aliases])
  if (arg.type === 'boolean') return [{ names: [...flags, ...negations], value: 'none' }]
  return [{ names: flags, value: arg.type === undefined ? 'optional' : 'required' }]
}

async function resolve<T>(value: Resolvable<T>): Promise<T> {
  return typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
