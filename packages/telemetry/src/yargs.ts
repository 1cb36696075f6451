import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import type { Argv, Options } from 'yargs'
import { attempt } from './attempt.ts'
import { flagsOf } from './flags-of.ts'

/** Makes an instance of yargs: what `import yargs from 'yargs'` gives. */
export type MakeYargs = (args: readonly string[]) => Argv

/** What an instance tells of itself, though its types don't say so. */
interface Declaring {
  getOptions(): DeclaredOptions
  getInternalMethods(): { getCommandInstance(): DeclaredCommands }
}

interface DeclaredOptions {
  readonly key: Readonly<Record<string, unknown>>
  readonly alias: Readonly<Record<string, readonly string[]>>
  readonly narg: Readonly<Record<string, number>>
  readonly boolean: readonly string[]
  readonly count: readonly string[]
  readonly array: readonly string[]
}

interface DeclaredCommands {
  readonly aliasMap: Readonly<Record<string, string>>
  /** What runs where no command is named: one of the handlers. */
  readonly defaultCommand?: DeclaredCommand
  getCommandHandlers(): Readonly<Record<string, DeclaredCommand>>
}

interface DeclaredCommand {
  readonly builder: Builder
  readonly demanded: readonly unknown[]
  readonly optional: readonly unknown[]
}

type Declared = Pick<CommandSpec, 'options' | 'commands' | 'default'>
type Builder = Readonly<Record<string, Options>> | ((cli: Argv, helpOrVersionSet: boolean) => unknown)

/** What yargs calls a default command that has no other name. */
const NAMELESS = '$0'
/** What a shell asks at every press of the tab key. */
const COMPLETION: OptionSpec = { names: ['--get-yargs-completions', '--help'], value: 'none' }

/**
 * The declared commands and flags of a yargs program: the only words of a command line that may be collected. If `argv`
 * doesn't name a command, only its name is read. If `argv` names it, its builder is called once more, on an instance of
 * its own. Never rejects: what can't be read counts as undeclared.
 */
export async function commandSpecOf(
  cli: Argv,
  yargs: MakeYargs,
  argv: readonly string[] = process.argv.slice(2),
): Promise<CommandSpec> {
  // A program without types may hand over what yargs made of the words: its `argv` is no list.
  if (!Array.isArray(argv)) return { name: '' }
  const restore = keepSingleton(yargs)
  const { options = [], ...declared } = await read(cli).catch((): Declared => ({}))
  restore()
  if (asksInWords(options, argv)) return { name: '', options, default: { name: 'help' } }
  return { name: '', options: [...options, COMPLETION], ...declared }

  async function read(instance: unknown): Promise<Declared> {
    if (!isDeclaring(instance)) return {}
    const declared = instance.getInternalMethods().getCommandInstance()
    const { aliasMap, defaultCommand } = declared
    const { [NAMELESS]: nameless, ...named } = declared.getCommandHandlers()
    // Before a builder is called: then a singleton is another.
    const options = optionSpecsOf(instance.getOptions(), argv)
    const commands = await Promise.all(
      Object.entries(named).map(async ([name, command]): Promise<CommandSpec> => {
        const aliases = Object.keys(aliasMap).filter((alias) => aliasMap[alias] === name)
        const mayRun = command === defaultCommand || [name, ...aliases].some((word) => argv.includes(word))
        // A word that names none of the commands below is its own.
        const byDefault = takesWords(command) && { default: { name: '' } }
        return { name, aliases, ...byDefault, ...(mayRun ? await build(command.builder) : {}) }
      }),
    )
    const byDefault = nameless
      ? { name: '', ...(await build(nameless.builder)), ...(takesWords(nameless) ? {} : { commands }) }
      : commands.find(({ name }) => named[name] === defaultCommand)
    return {
      options,
      commands,
      ...(byDefault && { default: byDefault }),
    }
  }

  async function build(builder: Builder): Promise<Declared> {
    try {
      const fresh = unparsed(yargs([]))
      if (typeof builder !== 'function') return await read(fresh.options(builder))
      const built = await builder(fresh, false)
      return await read(isDeclaring(built) ? built : fresh)
    } catch {
      // A builder's error is the program's own: yargs will meet it, too, and say so.
      return {}
    }
  }
}

/**
 * What `require('yargs')` gives up to yargs 17 makes an instance and from then on is that one. Gives the function that makes
 * it again the one that it was: the program's own, which may be parsed by it.
 */
function keepSingleton(yargs: MakeYargs): () => void {
  if (!isDeclaring(yargs)) return () => {}
  const kept = Object.getOwnPropertyDescriptors(yargs)
  return () => void attempt(() => Object.defineProperties(yargs, kept))
}

/**
 * An instance that only notes what is declared. A builder may also parse, as one that ends in `.argv` does: here that would
 * miss what was typed, print the usage and end the program, or run a command's work once more.
 */
function unparsed(instance: Argv): Argv {
  const parse = () => instance
  return Object.assign(instance, { parse, parseSync: parse, parseAsync: async () => instance })
}

/**
 * Words alone, the last of them `help` or what else that flag is called, are a question for yargs, whatever stands before.
 * Behind a flag it may be a value.
 */
function asksInWords(options: readonly OptionSpec[], argv: readonly string[]): boolean {
  const last = argv.at(-1) ?? ''
  const asks = ({ names }: OptionSpec) => names.includes('--help') && names.includes(`--${last}`)
  return last.length > 1 && !argv.some((word) => word.startsWith('-')) && options.some(asks)
}

function takesWords({ demanded, optional }: DeclaredCommand): boolean {
  return demanded.length + optional.length > 0
}

function optionSpecsOf(
  { key, alias, narg, boolean, count, array }: DeclaredOptions,
  argv: readonly string[],
): readonly OptionSpec[] {
  // Before yargs 17.2 a flag that is counted is no key.
  return [...new Set([...Object.keys(key), ...count])].flatMap((name): readonly OptionSpec[] => {
    // `.alias('h', 'help')` says it of the other name.
    const namesakes = Object.entries(alias).filter(([one, others]) => one === name || others.includes(name))
    const { flags, negations } = flagsOf([...new Set([name, ...namesakes.flat(2)])])
    const isSwitch = boolean.includes(name)
    const isBare = count.includes(name) || (isSwitch && !isSpelledOut(flags, argv))
    // yargs leaves a word to the next flag where it looks like one.
    const value = isBare ? 'none' : 'optional'
    const variadic = !isSwitch && (array.includes(name) || (narg[name] ?? 1) > 1)
    return [
      { names: flags, value, variadic },
      // Of any flag, not only of a switch: `.option('open', { default: true })` has a `--no-open`.
      { names: negations, value: 'none' },
    ]
  })
}

/** Behind a switch, yargs takes `true` and `false` for its value, and no other word. */
function isSpelledOut(flags: readonly string[], argv: readonly string[]): boolean {
  return argv.some((word, at) => ['true', 'false'].includes(word) && flags.includes(argv[at - 1] ?? ''))
}

function isDeclaring(value: unknown): value is Declaring {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'getOptions' in value &&
    'getInternalMethods' in value
  )
}
