import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import type { Command, Option } from 'commander'

/** What commander itself declares for every program. */
const HELP: OptionSpec = { names: ['-h', '--help'], value: 'none' }

/** The declared commands and flags of a commander program: the only words of a command line that may be collected. */
export function commandSpecOf(command: Command): CommandSpec {
  const commands = command.commands.map(commandSpecOf)
  const byDefault = defaultOf(command, commands)
  return {
    name: command.name(),
    aliases: command.aliases(),
    options: [...command.options.map(optionSpecOf), helpOptionOf(command)],
    commands: [...commands, ...helpCommandsOf(command)],
    ...(byDefault && { default: byDefault }),
  }
}

/** What runs where no command is named: the one declared with `isDefault`, or the program itself if it takes words. */
function defaultOf(command: Command, commands: readonly CommandSpec[]): CommandSpec | undefined {
  // Commander keeps it to itself. Where another version calls it something else, a word that names no command is unknown.
  const { _defaultCommandName: name } = command as { readonly _defaultCommandName?: unknown }
  const named = typeof name === 'string' ? commands.find((one) => one.name === name) : undefined
  return named ?? (command.registeredArguments.length > 0 ? { name: '' } : undefined)
}

function optionSpecOf(option: Option): OptionSpec {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    variadic: option.variadic,
  }
}

/** The flag that asks for help, which a program may rename. Whatever its name, it is known as `--help`, too. */
function helpOptionOf(command: Command): OptionSpec {
  const shown = command.createHelp().visibleOptions(command)
  const names = shown.filter((option) => !command.options.includes(option)).map(optionSpecOf)
  return { ...HELP, names: [...new Set([...names.flatMap((option) => option.names), '--help'])] }
}

/** `help`, which commander adds where there are commands. */
function helpCommandsOf(command: Command): readonly CommandSpec[] {
  const shown = command.createHelp().visibleCommands(command)
  return shown.filter((one) => !command.commands.includes(one)).map((one) => ({ name: one.name() }))
}
