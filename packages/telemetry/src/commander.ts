import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import type { Command, Option } from 'commander'

/** What commander itself declares for every program. */
const HELP: OptionSpec = { names: ['-h', '--help'], value: 'none' }

/** The declared commands and flags of a commander program: the only words of a command line that may be collected. */
export function commandSpecOf(command: Command): CommandSpec {
  return {
    name: command.name(),
    aliases: command.aliases(),
    options: [...command.options.map(optionSpecOf), HELP],
    commands: command.commands.map(commandSpecOf),
  }
}

function optionSpecOf(option: Option): OptionSpec {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined && name !== null),
    value: option.required ? 'required' : option.optional ? 'optional' : 'none',
    variadic: option.variadic,
  }
}
