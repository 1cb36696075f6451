import { type ChildProcess, spawn } from 'node:child_process'
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

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return String(typeof address === 'object' ? address?.port : 0)
}
