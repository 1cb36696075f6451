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
  const commands = own.filter(({ id }) => !aliases.has(id))
  if (config.isSingleCommandCLI) {
    root.options = [...root.options, ...commands.flatMap(optionsOf)]
    return root
  }
  const wordsOf = (id: string) => (config.topicSeparator === ' ' ? id.split(':') : [id])
  for (const command of commands) for (const id of idsOf(command)) declare(root, command, id, wordsOf)
  // In another order a command is found where no other has its name.
  if (config.flexibleTaxonomy)
    for (const command of commands)
      for (const id of idsOf(command).flatMap(ordersOf))
        if (!place(root, wordsOf(id)).standsFor) declare(root, command, id, wordsOf)
  return root
}

/** Places a command at an id, which has two spellings where words are separated by a space: `oven:heat` and `oven heat`. */
function declare(
  root: Node,
  command: Command.Loadable,
  id: string,
  wordsOf: (id: string) => readonly string[],
): void {
  const takesWords = command.strict === false || Object.keys(command.args).length > 0
  const spec: Partial<CommandSpec> = {
    options: optionsOf(command),
    standsFor: wordsOf(command.id),
    // Below one that is a topic, too.
    ...(takesWords && { default: { name: '' } }),
  }
  for (const words of [[id], wordsOf(id)]) Object.assign(place(root, words), spec)
}

function optionsOf({ flags }: Command.Loadable): readonly OptionSpec[] {
  return Object.entries(flags).map(optionSpecOf)
}

/** Where a command can be typed. */
function idsOf(command: Command.Loadable): readonly string[] {
  return [command.id, ...aliasesOf(command)]
}

/** An id with its words in each order. */
function ordersOf(id: string): readonly string[] {
  const [first = '', ...rest] = id.split(':')
  if (rest.length === 0) return [id]
  return ordersOf(rest.join(':')).flatMap((order) => {
    const words = order.split(':')
    return [...words, ''].map((_, at) => words.toSpliced(at, 0, first).join(':'))
  })
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
  const others = [...charAliases, ...aliases]
  const letters = [...(char ? [char] : []), ...others.filter((one) => one.length === 1)].map(
    (letter) => `-${letter}`,
  )
  // oclif looks for an alias of one letter behind two dashes, too.
  const words = [name, ...others].map((word) => `--${word}`)
  if (flag.type === 'option')
    return { names: [...letters, ...words], value: 'required', variadic: flag.multiple === true }
  const negations = flag.allowNo ? words.map((word) => word.replace('--', '--no-')) : []
  return { names: [...letters, ...words, ...negations], value: 'none' }
}

function isOwn({ pluginType }: Command.Loadable): boolean {
  return pluginType === undefined || pluginType === 'core'
}
