import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from './temp-project.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** The built command as a function of `sh`, called `visivo`. */
export const AS_FUNCTION = `visivo() { "${process.execPath}" "${MAIN}" "$@"; }`
const EXAMPLE = fileURLToPath(new URL('../../../examples/sales', import.meta.url))

/** A running `visivo` of the build, with a home of its own and telemetry off. */
export interface Running {
  readonly child: ChildProcess
  /** Resolves when the process has written this to stdout or stderr; rejects when it ended without. */
  said(text: string | RegExp): Promise<string>
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ended>
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built command. It is ended with the test at the latest. */
export function start(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return follow(process.execPath, [MAIN, ...args], cwd, env)
}

function follow(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Running {
  const home = temporaryDirectory()
  const child = spawn(program, args, {
    cwd,
    env: {
      PATH: process.env.PATH,
      CI: 'false',
      HOME: home,
      USERPROFILE: home,
      VISIVO_TELEMETRY_DISABLED: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code, ...text }))
  return {
    child,
    ended,
    said: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const all = text.stdout + text.stderr
          if (all.match(wanted)) resolve(all)
        }
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        look()
        ended.then(() => reject(new Error(`ended without saying ${wanted}: ${text.stderr}`)))
      }),
  }
}

/** Runs the built command to its end. */
export function visivo(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> {
  return start(cwd, args, env).ended
}

/** The flag with which Node loads this before anything else. */
export function loadFirst(code: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}

/** Runs a script in a directory of its own by `sh`, with the built command as the function `visivo`. */
export function inShell(script: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return follow('sh', ['-c', `${AS_FUNCTION}\n${script}`], temporaryDirectory(), env).ended
}

/** A copy of the example project in a temporary directory, without what runs left in it. */
export function exampleProject(): string {
  const directory = join(temporaryDirectory(), 'sales')
  cpSync(EXAMPLE, directory, {
    recursive: true,
    filter: (path) => path !== join(EXAMPLE, 'target') && !path.startsWith(join(EXAMPLE, 'target') + sep),
  })
  return directory
}
