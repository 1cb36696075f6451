import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a program runs: its home, its directory, what it finds in its environment, the name of its machine. */
export interface Surroundings {
  readonly home: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly hostname: string
}

/** How a program ended, and what it said. */
export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs: what it has said so far can be waited for. */
export interface Program {
  readonly child: ChildProcess
  said(text: RegExp): Promise<string>
  readonly ended: Promise<Said>
}

/** Where a host can be given another name for one process: on Linux, where that is permitted. */
const CAN_RENAME_HOST =
  process.platform === 'linux' && spawnSync('unshare', ['-Uru', 'hostname', 'canary']).status === 0

/** Starts a built program. */
export function startProgram(app: 'cli' | 'api', args: readonly string[], place: Surroundings): Program {
  const main = fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url))
  const renamed = ['unshare', '-Uru', 'sh', '-c', `hostname ${place.hostname} && exec "$@"`, 'sh']
  const [program = '', ...before] = [...(CAN_RENAME_HOST ? renamed : []), process.execPath, main]
  mkdirSync(place.home, { recursive: true })
  const child = spawn(program, [...before, ...args], {
    cwd: place.cwd,
    env: { PATH: process.env.PATH, CI: 'false', HOME: place.home, USERPROFILE: place.home, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      text[name] += piece
    })
  const ended = once(child, 'close').then(([code]): Said => ({ code, ...text }))
  const said = (wanted: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const all = text.stdout + text.stderr
        if (wanted.test(all)) resolve(all)
      }
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look)
      look()
      ended.then(({ stderr }) => reject(new Error(`ended without saying ${wanted}: ${stderr}`)))
    })
  return { child, ended, said }
}

/** Every file below a directory: path and content. */
export function filesBelow(directory: string): readonly (readonly [path: string, bytes: Buffer])[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    try {
      return statSync(join(directory, name)).isFile()
        ? [[name, readFileSync(join(directory, name))] as const]
        : []
    } catch {
      // Delivered, and gone, since the directory was listed.
      return []
    }
  })
}

/** What the system tells of a process to those who may look: the first for everybody, the second for its user. */
export function visibleOf(pid: number): { readonly argv: string; readonly environment: string } | undefined {
  try {
    return {
      argv: readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
      environment: readFileSync(`/proc/${pid}/environ`, 'latin1'),
    }
  } catch {
    // It has ended, or this system has no /proc.
    return undefined
  }
}
