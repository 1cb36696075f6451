import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { JOB_VARIABLE } from '../src/courier-job.ts'
import { courierPids, isCourierAlive } from '../src/courier-lock.ts'
import type { Places } from '../src/places.ts'

/** What somebody who started a program sees of it. */
export interface Seen {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** How a program is started. */
export interface Start {
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Until this ends, stdin stays open; without it there is none. */
  readonly whileRunning?: ((child: ChildProcess) => Promise<void>) | undefined
}

/** Runs a program to its end. */
export async function run(program: readonly string[], start: Start): Promise<Seen> {
  const [file = '', ...args] = program
  const stdin = start.whileRunning ? 'pipe' : 'ignore'
  const child = spawn(file, args, { env: start.env, cwd: start.cwd, stdio: [stdin, 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')))
  await start.whileRunning?.(child)
  child.stdin?.end()
  const [code, signal] = await ended
  const [stdout = '', stderr = ''] = await output
  return { stdout, stderr, code, signal }
}

/** The couriers that work for a destination: their process ids. Where there is no `/proc`, the lock's word is taken. */
export function couriersOf(places: Places): readonly number[] {
  if (!existsSync('/proc/self/environ')) return lockedBy(places)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isCourierFor(name, places))
    .map(Number)
}

/** Whether no courier is at work, and none is on its way. */
export function isWithoutCourier(places: Places): boolean {
  const isClaimed = isCourierAlive(places.destination) && courierPids(places.destination).length === 0
  // The lock is asked first: whoever waits asks often, and to read of every process takes milliseconds.
  return !isClaimed && lockedBy(places).length === 0 && couriersOf(places).length === 0
}

function lockedBy(places: Places): readonly number[] {
  return courierPids(places.destination).filter((pid) => pid !== process.pid)
}

function isCourierFor(pid: string, { directory }: Places): boolean {
  try {
    const environ = readFileSync(`/proc/${pid}/environ`, 'utf8')
    return environ.includes(`${JOB_VARIABLE}=`) && environ.includes(JSON.stringify(dirname(directory)))
  } catch {
    // It ended, or belongs to somebody else.
    return false
  }
}

/** Ends every courier of a destination as nothing else can: SIGKILL. */
export async function killCouriers(places: Places): Promise<void> {
  await until('no courier', () => {
    for (const pid of couriersOf(places)) tryKill(pid, 'SIGKILL')
    return isWithoutCourier(places)
  })
}

/** Sends a signal to a process that may be gone. */
export function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It was faster.
  }
}

/** Waits until something is so. Rejects, naming it, after `patience` milliseconds. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patience = 25_000,
): Promise<void> {
  const end = performance.now() + patience
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it never came to ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
