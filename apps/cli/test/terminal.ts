import { spawn } from '@lydell/node-pty'
import { onTestFinished } from 'vitest'
import { AS_FUNCTION } from './visivo.ts'

/** What a person saw on the screen, stdout and stderr as they came, and how the command ended. */
export interface Seen {
  readonly code: number
  readonly screen: string
}

/** Runs the built command in a pseudo-terminal. `script` is run by `sh` in its place, with `visivo` as a function. */
export function inTerminal(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  script = 'visivo "$@"',
): Promise<Seen> {
  const terminal = spawn('sh', ['-c', `${AS_FUNCTION}\n${script}`, 'sh', ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', ...env },
    cols: 200,
    rows: 50,
  })
  let ended = false
  onTestFinished(() => {
    if (!ended) terminal.kill('SIGKILL')
  })
  let screen = ''
  terminal.onData((piece) => {
    screen += piece
  })
  return new Promise((resolve) => {
    terminal.onExit(({ exitCode }) => {
      ended = true
      resolve({ code: exitCode, screen: screen.replaceAll('\r\n', '\n') })
    })
  })
}
