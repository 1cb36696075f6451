import { existsSync } from 'node:fs'
import { basename, join, parse, resolve } from 'node:path'
import { type CourierJob, jobToVariables } from './courier-job.ts'
import { claimCourierLock, releaseClaim } from './courier-lock.ts'
import { readCourierState, waitLeft } from './courier-state.ts'
import { makePlace } from './make-place.ts'
import type { DestinationPlaces } from './places.ts'

/** What came of it: a courier was started, one is at work, all were asked to wait, or none can be had here. */
export type Start = 'started' | 'alive' | 'backing-off' | 'impossible'

/** What a courier needs of its parent's environment: the libraries of Node, a temporary directory, its certificates. */
export const ENVIRONMENT: readonly string[] = [
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'SystemRoot',
  'TEMP',
  'TMP',
  'TMPDIR',
  'NODE_USE_SYSTEM_CA',
]
/** Paths among it, as seen from where the parent stands: a courier stands elsewhere. */
export const PATHS: readonly string[] = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

/**
 * The programs that run a script when they are given one; any other is a compiled tool that would run itself.
 * Deno starts itself as `deno run -A` when its `spawn` is asked for Deno.
 */
const RUNTIMES = /^(?:node|nodejs|bun|deno)(?:[-.]?\d+)*(?:\.exe)?$/

/** A file in an archive, as Yarn's Plug'n'Play and Electron read them: there is none for a process of its own. */
const IN_ARCHIVE = /\.(?:zip|asar)[\\/]/

/**
 * Where the courier lies beside this file: as its own build, which a bundler may have left behind.
 * @param here the directory of this file; a bundle of another format has none
 */
export function courierFile(
  name: 'courier-process' | 'courier-thread',
  // Not by a URL, which Node takes 3 ms to set up.
  here: string | undefined = import.meta.dirname,
): string | undefined {
  const file = here === undefined ? '' : join(here, `${name}.js`)
  return existsSync(file) && !IN_ARCHIVE.test(file) ? file : undefined
}

/** The courier's file, if this program can start a process of Node's own kind at all. */
export function startableCourier(): string | undefined {
  if (!RUNTIMES.test(basename(process.execPath).toLowerCase()) || isCutOff()) return undefined
  return courierFile('courier-process')
}

/**
 * Whether Node lets this program start processes, but reach no network: from Node 25 on its permission model knows both,
 * and holds for what is started as well. The failure of such a courier would hold up the events of all other programs.
 */
function isCutOff(): boolean {
  const { permission } = process
  if (!permission?.has('child') || permission.has('net')) return false
  // An older Node forbids a network to nobody, and says the same of it. Asked last, for Node makes this list of flags then.
  return process.allowedNodeEnvironmentFlags.has('--allow-net')
}

/**
 * Starts a courier process, unless one is at work, all of them were asked to wait, or none can be had here.
 * Takes a few milliseconds, waits for nothing, never throws.
 * @param edition of the job's catalogue
 * @param now by the clock of whoever keeps the places, where that has just been read
 */
export function startCourier(
  job: CourierJob,
  places: DestinationPlaces,
  edition: string,
  now?: number,
): Start {
  try {
    if (waitLeft(readCourierState(places.state), now ?? Date.now()) > 0) return 'backing-off'
    const file = startableCourier()
    if (!file) return 'impossible'
    // An early courier comes before the first event, which would make the directory.
    if (job.early) makePlace('destination', places.destination)
    // Claimed here and not by the courier itself, so that a hundred commands at once start one and not a hundred.
    const claim = claimCourierLock(places.destination, edition, { now })
    if (claim === undefined) return 'alive'
    try {
      spawnCourier(file, { ...job, claim })
    } catch (error) {
      releaseClaim(places.destination, edition, claim)
      throw error
    }
    return 'started'
  } catch {
    // A sandbox without child processes: the event waits in the outbox.
    return 'impossible'
  }
}

function spawnCourier(file: string, job: CourierJob): void {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(process.execPath, [file], {
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
    // Not the user's project: on Windows a directory that some process stands in can't be deleted.
    cwd: parse(process.execPath).root,
    env: environmentFor(job),
  })
  // Without a listener, what is told a moment later would be thrown into the host.
  child.on('error', () => {})
  child.unref()
  // A system that is out of processes, a Node that was removed under a program that runs.
  if (child.pid === undefined) throw new Error('no courier was started')
}

/** All that a courier finds in its environment. */
export function environmentFor(job: CourierJob): NodeJS.ProcessEnv {
  const environment = {
    ...inherited(ENVIRONMENT),
    ...inherited(PATHS, (path) => resolve(path)),
    // Node hands it on unless it is given, and a courier would write into a directory that is read or removed by then.
    NODE_V8_COVERAGE: '',
    ...jobToVariables(job),
  }
  // Node also hands on what an object inherits, and some code may have put something on every object.
  return Object.setPrototypeOf(environment, null)
}

/** What is set of these variables; one that is empty stays so. */
function inherited(names: readonly string[], seen = (value: string) => value): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value && seen(value)]]
    }),
  )
}
