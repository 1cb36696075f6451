import type { Command, Interfaces } from '@oclif/core'
import type { CommandSpec, OptionSpec } from '@visivo/sanitize'
import { attempt } from './attempt.ts'

type Flag = Command.Loadable['flags'][string]

/** A command, or a topic that only holds commands, while the tree is built. */
interface Node extends CommandSpec {
  options: readonly OptionSpec[]
  readonly commands: Node[]
}

/**
 * The declared commands and flags of an oclif program: the only words of a command line that may be collected. Takes
 * the `config` that the `init` hook gets. Commands of plugins that a person installed are not the program's own, so their
 * names are not collected. Never throws: a program that doesn't say what it declares, as another version might not, declares
 * nothing.
 */
export function commandSpecOf(config: Interfaces.Config): CommandSpec {
  return attempt(() => read(config)) ?? { name: '' }
}

function read(config: Interfaces.Config): CommandSpec {
  const { additionalHelpFlags = [], additionalVersionFlags = [] } = config.pjson.oclif
  const root: Node = {
    name: config.bin,
    options: [
      { names: ['--help', ...additionalHelpFlags], value: 'none' },
      { names: ['--version', ...additionalVersionFlags], value: 'none' },
    ],
    commands: [],
  }
  const own = config.commands.filter(isOwn)
  // oclif lists an alias once more as a command of its own.
  const aliases = new Set(own.flatMap(aliasesOf))
  for (const command of own.filter(({ id }) => !aliases.has(id))) {
    const options = Object.entries(command.flags).map(optionSpecOf)
    if (config.isSingleCommandCLI) root.options = [...root.options, ...options]
    else declare(root, command, options, config.topicSeparator)
  }
  return root
}

/**
 * Places a command wherever it can be typed: at its id and its aliases, of which each has two spellings where words are
 * separated by a space: `oven:heat` and `oven heat`.
 */
function declare(
  root: Node,
  command: Command.Loadable,
  options: readonly OptionSpec[],
  separator: string,
): void {
  const wordsOf = (id: string) => (separator === ' ' ? id.split(':') : [id])
  const takesWords = command.strict === false || Object.keys(command.args).length > 0
  const spec: Partial<CommandSpec> = {
    options,
    standsFor: wordsOf(command.id),
    // Below one that is a topic, too.
    ...(takesWords && { default: { name: '' } }),
  }
  for (const id of [command.id, ...aliasesOf(command)])
    for (const words of [[id], wordsOf(id)]) Object.assign(place(root, words), spec)
}

/** As oclif looks for them, also where they were declared with a space. */
function aliasesOf({ aliases, hiddenAliases }: Command.Loadable): readonly string[] {
  return [...aliases, ...hiddenAliases].map((alias) => alias.replaceAll(' ', ':'))
}

function place(node: Node, [name, ...rest]: readonly string[]): Node {
  if (name === undefined) return node
  let next = node.commands.find((one) => one.name === name)
  if (!next) {
    next = { name, options: [], commands: [] }
    node.commands.push(next)
  }
  return place(next, rest)
}

function optionSpecOf([name, flag]: readonly [string, Flag]): OptionSpec {
  const { char, aliases = [], charAliases = [] } = flag
  const letters = [...(char ? [char] : []), ...charAliases].map((letter) => `-${letter}`)
  const words = [`--${name}`, ...aliases.map((one) => (one.length === 1 ? `-${one}` : `--${one}`))]
  if (flag.type === 'option')
    return { names: [...letters, ...words], value: 'required', variadic: flag.multiple === true }
  const negations = flag.allowNo ? words.map((word) => `--no-${word.replace(/^--?/, '')}`) : []
  return { names: [...letters, ...words, ...negations], value: 'none' }
}

function isOwn({ pluginType }: Command.Loadable): boolean {
  return pluginType === undefined || pluginType === 'core'
}
