import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import { attempt } from './attempt.ts'

/**
 * What is read of a program, and no more: one of `@commander-js/extra-typings`, or of another commander, is no `Command` of
 * commander's types.
 */
export interface CommanderProgram {
  readonly commands: readonly CommanderProgram[]
  readonly options: readonly CommanderOption[]
  /** Since commander 11. */
  readonly registeredArguments?: readonly unknown[]
  name(): string
  aliases(): readonly string[]
  createHelp(): {
    visibleOptions(command: CommanderProgram): readonly CommanderOption[]
    visibleCommands(command: CommanderProgram): readonly CommanderProgram[]
  }
}

/** What is read of a flag: its spellings, and whether a value belongs to it. */
export interface CommanderOption {
  readonly short?: string | undefined
  readonly long?: string | undefined
  readonly required: boolean
  readonly optional: boolean
  readonly variadic: boolean
  attributeName(): string
}

/** What commander keeps to itself. Another version may call it something else: then nothing runs by default. */
interface Kept {
  readonly _versionOptionName?: unknown
  readonly _defaultCommandName?: unknown
  readonly _actionHandler?: unknown
  /** The arguments, up to commander 10. */
  readonly _args?: readonly unknown[]
}

/**
 * The declared commands and flags of a commander program: the only words of a command line that may be collected. Never
 * throws: a program that doesn't say what it declares, as another version might not, declares nothing.
 */
export function commandSpecOf(command: CommanderProgram): CommandSpec {
  return attempt(() => read(command)) ?? { name: '' }
}

function read(command: CommanderProgram): CommandSpec {
  const commands = command.commands.map(read)
  const byDefault = defaultOf(command, commands)
  return {
    name: command.name(),
    aliases: command.aliases(),
    options: [...command.options.map((option) => ownOptionOf(command, option)), helpOptionOf(command)],
    commands: [...commands, ...helpCommandsOf(command)],
    ...(byDefault && { default: byDefault }),
  }
}

/** What runs where no command is named: the one declared with `isDefault`, or the program itself if it does anything. */
function defaultOf(command: CommanderProgram, commands: readonly CommandSpec[]): CommandSpec | undefined {
  const { _defaultCommandName, _actionHandler, _args = [] } = command as Kept
  const { registeredArguments = _args } = command
  const named = commands.find(({ name }) => name === _defaultCommandName)
  if (named || registeredArguments.length > 0) return named ?? { name: '' }
  return _actionHandler && commands.length > 0 ? { name: '', commands } : undefined
}

/** The flag that asks for the version may have any name, and is known as `--version`, too. */
function ownOptionOf(command: CommanderProgram, option: CommanderOption): OptionSpec {
  const spec = optionSpecOf(option)
  const { _versionOptionName } = command as Kept
  if (option.attributeName() !== _versionOptionName) return spec
  return { ...spec, names: [...new Set([...spec.names, '--version'])] }
}

function optionSpecOf(option: CommanderOption): OptionSpec {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    variadic: option.variadic,
  }
}

/** The flag that asks for help, which a program may rename. Whatever its name, it is known as `--help`, too. */
function helpOptionOf(command: CommanderProgram): OptionSpec {
  const shown = command.createHelp().visibleOptions(command)
  const added = shown.filter((option) => !command.options.includes(option)).map(optionSpecOf)
  return { names: [...new Set([...added.flatMap(({ names }) => names), '--help'])], value: 'none' }
}

/** `help`, which commander adds where there are commands. Where a program renames it, it still stands for `help`. */
function helpCommandsOf(command: CommanderProgram): readonly CommandSpec[] {
  const shown = command.createHelp().visibleCommands(command)
  return shown.filter((one) => !command.commands.includes(one)).map(helpCommandOf)
}

function helpCommandOf(command: CommanderProgram): CommandSpec {
  const name = command.name()
  return name === 'help' ? { name } : { name, standsFor: ['help'] }
}
