import type { Command } from 'commander'
import { renderBash } from '../completion/bash.ts'
import { renderFish } from '../completion/fish.ts'
import { readTree } from '../completion/tree.ts'
import { renderZsh } from '../completion/zsh.ts'
import type { CommandFunction, CommonOptions } from '../context.ts'

const SHELLS = new Map([
  ['bash', renderBash],
  ['zsh', renderZsh],
  ['fish', renderFish],
])

/** `visivo completion <shell>`, for the program that `command` is declared in: prints a script made from its tree. */
export function completionOf(command: Command): CommandFunction<CommonOptions> {
  const render = SHELLS.get(command.args[0] ?? '') ?? renderBash
  return async (_options, { stdout }) => {
    stdout.write(render(readTree(command.parent ?? command)))
  }
}
