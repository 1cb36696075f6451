import type { Argument, Command, Option } from 'commander'

/** A word that may come next, and what it means in one line. */
export interface Word {
  readonly text: string
  readonly about: string
}

/** A flag by the name that is offered, with the long and the short one (`-e`) that it may have. */
export interface Flag extends Word {
  readonly long?: string | undefined
  readonly short?: string | undefined
  readonly takesValue: boolean
}

/** What may follow after a sequence of commands. */
export interface Place {
  /** The commands so far, each with a space before it: '' at first, then ` telemetry` or ` telemetry log`. */
  readonly path: string
  /** Commands, their aliases, and the choices of an argument. */
  readonly words: readonly Word[]
  /** Flags, those of the commands above included. */
  readonly flags: readonly Flag[]
}

/** A program as its completion sees it. */
export interface Tree {
  readonly name: string
  readonly places: readonly Place[]
  /** Of the places below the program itself. */
  readonly paths: readonly string[]
  /** The flags that take a value, wherever they are declared, by both of their names. */
  readonly valued: readonly string[]
}

/** What Node takes for its own, also behind the name of a script: there the short name is offered. */
const NODES: ReadonlySet<string> = new Set(['--env-file'])

/** Reads a program's declared tree. A command and its alias are two places with the same words. */
export function readTree(program: Command): Tree {
  const places = placesOf(program, '', [])
  const paths = places.map(({ path }) => path).filter((path) => path !== '')
  const valued = places.flatMap(({ flags }) => flags.filter(({ takesValue }) => takesValue))
  const names = valued.flatMap(({ long, short }) => [long, short]).filter((name) => name !== undefined)
  return { name: program.name(), places, paths, valued: [...new Set(names)] }
}

function placesOf(command: Command, path: string, inherited: Place['flags']): readonly Place[] {
  const help = { text: '--help', long: '--help', about: 'print this help', takesValue: false }
  const own = [...inherited, ...command.options.filter(({ hidden }) => !hidden).map(flagOf)]
  const words = [
    ...command.commands.flatMap((child) =>
      namesOf(child).map((text) => ({ text, about: child.description() })),
    ),
    ...command.registeredArguments.flatMap(choicesOf),
  ]
  const below = command.commands.flatMap((child) =>
    namesOf(child).flatMap((name) => placesOf(child, `${path} ${name}`, own)),
  )
  return [{ path, words, flags: [...own, help] }, ...below]
}

function namesOf(command: Command): readonly string[] {
  return [command.name(), ...command.aliases()]
}

function choicesOf(argument: Argument): readonly Word[] {
  return (argument.argChoices ?? []).map((text) => ({ text, about: argument.description }))
}

function flagOf({ long, short, description, required, optional }: Option): Flag {
  const text = long === undefined || NODES.has(long) ? (short ?? long ?? '') : long
  return { text, long, short, about: description, takesValue: required || optional }
}
