import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A command that runs. */
export interface Started {
  readonly child: ChildProcess
  /** All that it printed, when it has ended. */
  readonly ended: Promise<string>
  /** Resolves when what it has printed so far is as wanted, or when it has ended without. */
  printed(isWanted: (text: string) => boolean): Promise<void>
}

/** Starts a command as a POSIX shell does. A signal to the child reaches the program itself, if it is a single one. */
export function startCommand(command: string, cwd: string, env: Readonly<Record<string, string>>): Started {
  const [, variables = '', program = ''] = /^((?:[A-Z_]+=\S+ )*)(?:npx )?(.*)$/s.exec(command) ?? []
  const line = program.startsWith('cd ') ? command : `${variables}exec ${program}`
  const child = spawn('sh', ['-c', `exec 2>&1; ${line}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    output += piece
  })
  const ended = once(child, 'close').then(() => output)
  return {
    child,
    ended,
    printed: (isWanted) =>
      new Promise((resolve) => {
        const look = () => (isWanted(output) ? resolve() : undefined)
        child.stdout.on('data', look)
        ended.then(() => resolve())
        look()
      }),
  }
}

/**
 * A port of loopback that nobody listens on. It is none of those that systems give to whoever asks for any, or connects:
 * one of these may be another test's by the time it is used.
 */
export async function freePort(): Promise<string> {
  for (;;) {
    const port = randomInt(10_000, 32_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return String(port)
  }
}
