import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readMachineId, resetMachineId } from '@visivo/machine-id'
import { GLOBAL_SWITCH, PROJECT_SWITCH, type Product, readSources } from '@visivo/telemetry-config'
import { setTelemetryEnabled } from '@visivo/telemetry-config/edit'
import { kindOf } from './check-outbox.ts'
import { codeOf } from './code-of.ts'
import { decideFor, type Where } from './consent.ts'
import { courierPids, isRunning } from './courier-lock.ts'
import { isForGood } from './for-good.ts'
import { forgetWaiting } from './forget-waiting.ts'
import { sayEvents, sayWhatCounts } from './in-words.ts'
import { NO_GUARD } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import { requireOwn } from './own-file.ts'
import { findPlaces, sharedPlacesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'
import { OWN_OR_MOVE, whyRefused } from './unreadable.ts'
import { uuidV7 } from './uuid-v7.ts'

/** What a change did. */
export interface Outcome {
  /** False when what was asked for could not be done; `says` tells why and what to do. */
  readonly ok: boolean
  /** What was done, in sentences. */
  readonly says: readonly string[]
}

/** Which switch is meant. */
export interface SwitchOptions {
  /** A directory in a project or below one: the project's file is edited in place of the person's. */
  readonly project?: string | undefined
  /** What else counts here, so that `turnOn` can tell what still keeps telemetry off. */
  readonly where?: Where
}

/** How long a courier is waited for, and how often it is looked for, in milliseconds. */
const LONGEST_WAIT = 3_000
const STEP = 50

const OWN_ADVICE = "Make the directory your own (after sudo it is root's)"

/** Switches telemetry on in the person's file, or a project's; says so when another source keeps it off. Never throws. */
export function turnOn(telemetry: Telemetry, options: SwitchOptions = {}): Outcome {
  // A program without types may hand over null.
  const { project, where = {} } = options ?? {}
  const { product, home } = telemetry.world
  // A no that was written by hand, and that no command has met yet: what waits was opted out of.
  if (isForGood(decideFor(telemetry.world, where))) forgetWaiting(product, home)
  const edited = edit(telemetry, project, true)
  if (!edited.ok) return edited
  const place = project === undefined ? where : { ...where, projectDirectory: project }
  const decision = decideFor(telemetry.world, place)
  if (decision.enabled) return edited
  const off = decision.checked.filter(({ verdict }) => verdict === 'off').map(sayWhatCounts)
  return { ok: true, says: [...edited.says, `It stays off all the same: ${off.join('; ')}.`] }
}

/**
 * Switches telemetry off in the person's file, or a project's, and removes every event that waits. Not `ok` where one
 * could not be removed. Never throws.
 */
export function turnOff(telemetry: Telemetry, options: SwitchOptions = {}): Outcome {
  const { project } = options ?? {}
  const edited = edit(telemetry, project, false)
  // Where no project was switched off nothing is removed: it says that nothing was changed.
  if (!edited.ok && project !== undefined) return edited
  const { product, home } = telemetry.world
  const removed = forgetWaiting(product, home)
  const { root } = sharedPlacesOf(product, home)
  const kept = isAbsolute(home) ? [root, ...findPlaces(root).map(({ outbox }) => outbox)].filter(isKept) : []
  return {
    ok: edited.ok && kept.length === 0,
    says: [
      ...kept.map(sayKept),
      ...edited.says,
      ...(edited.ok ? [] : [sayOtherwise(product)]),
      ...(removed > 0 ? [`Removed ${sayEvents(removed)} that waited to be sent.`] : []),
      ...(removed + kept.length > 0 ? [] : ['Nothing waited to be sent.']),
    ],
  }
}

function sayOtherwise({ envPrefix }: Product): string {
  return `Until that can be done, ${envPrefix}_TELEMETRY_DISABLED=1 in your environment switches it off.`
}

function sayKept(directory: string): string {
  const advice = `${OWN_ADVICE}, and switch off once more.`
  return `What waits in ${directory} could not be removed. It is not sent while telemetry is off. ${advice}`
}

/**
 * Whether events lie in a directory that can't be removed, or nobody can tell because it can't be looked into. What a
 * server has written in this moment can, and is.
 */
function isKept(directory: string): boolean {
  try {
    readdirSync(directory)
  } catch (error) {
    return !isAbsent(error)
  }
  const outbox = openOutbox(directory, NO_GUARD)
  return outbox.waiting().some((name) => !outbox.remove(name))
}

/**
 * Gives this machine a new id, if it has one. Waiting events keep the id that they were recorded under, and a project
 * keeps its hash. If neither id may tell of the other, use `purge` instead. Never throws.
 */
export function reset(telemetry: Telemetry): Outcome {
  const { product, home, isCi } = telemetry.world
  const { directory, root, machineId } = sharedPlacesOf(product, home)
  const old = readMachineId({ directory })
  if (old === undefined) {
    const refused = isCi || !isAbsolute(home) ? undefined : whyRefused(() => requireOwn(machineId))
    if (refused !== undefined)
      return { ok: false, says: [`${machineId} can't be read (${refused}). ${OWN_OR_MOVE}`] }
    const how = isCi
      ? 'in CI and containers every run has one of its own'
      : 'one is made when the first event is recorded'
    return { ok: true, says: [`There is no machine id to replace: ${how}.`] }
  }
  const done = outcomeOf(() => resetMachineId({ directory }))
  if (typeof done !== 'string') return done
  return {
    ok: true,
    says: [
      `The machine id is now ${done}; it was ${old}. It is random, so neither tells of the other.`,
      'A project keeps its hash under both, and what waits still goes out under the old one.',
      ...couriersAtWork(root).map(
        (pid) =>
          `Process ${pid} is at work; if it is a server, it goes on under the old id until its next start.`,
      ),
    ],
  }
}

/**
 * Removes everything that telemetry wrote on this machine: what waits, the logs, the machine id, the memory of
 * the notice. The configuration is the person's and stays. Waits a few seconds for a courier to end. Never rejects.
 */
export async function purge(telemetry: Telemetry): Promise<Outcome> {
  const { product, home, isCi } = telemetry.world
  const { root, notice, machineId } = sharedPlacesOf(product, home)
  // Behind a link lies what is somebody's own as well: there only what is ours goes, by its name.
  const behind =
    kindOf(root) === 'link' ? [...findPlaces(root).map(({ destination }) => destination), notice] : []
  // A directory where an id would lie is somebody's own.
  const ids = [machineId, `${machineId}.next`].filter((path) => kindOf(path) !== 'directory')
  const paths = isAbsolute(home) ? [...behind, root, ...ids].filter(exists) : []
  if (paths.length === 0)
    return { ok: true, says: ['There is nothing to remove: telemetry wrote nothing here.'] }
  const couriers = couriersAtWork(root)
  const refused = removeAll(paths)
  if (refused) return refused
  // A courier that finds its lock gone ends, but may write once more before it looks.
  const busy = await stillRunning(couriers.filter((pid) => pid !== process.pid))
  const again = removeAll(paths)
  if (again) return again
  return {
    ok: true,
    says: [
      ...paths.map((path) => `Removed ${path}`),
      ...busy.map((pid) => `Process ${pid} is still at work; if it is a server, it goes on recording.`),
      'Your settings stay as they are.',
      // In CI and containers nobody is told.
      ...(isCi ? [] : ['The next command on a terminal tells about telemetry again, if it is on.']),
    ],
  }
}

/** The processes that send, or would: a command's courier, or a server that has one in itself. */
function couriersAtWork(root: string): readonly number[] {
  return findPlaces(root).flatMap(({ destination }) => courierPids(destination))
}

/** Those of the processes that have not ended after a few seconds. */
async function stillRunning(pids: readonly number[]): Promise<readonly number[]> {
  const end = performance.now() + LONGEST_WAIT
  while (pids.some(isRunning) && performance.now() < end) await sleep(STEP)
  return pids.filter(isRunning)
}

/** Nothing when all of it is gone. */
function removeAll(paths: readonly string[]): Outcome | undefined {
  for (const path of paths) {
    try {
      removeTree(path)
    } catch (error) {
      const code = codeOf(error)
      const advice = code === 'EACCES' || code === 'EPERM' ? ` ${OWN_ADVICE}, and purge once more.` : ''
      return { ok: false, says: [`${path} could not be removed (${code ?? 'unknown error'}).${advice}`] }
    }
  }
  return undefined
}

/** How Windows has to be asked, where a file that somebody has open can't be removed. */
const PATIENTLY = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 } as const

function removeTree(path: string): void {
  try {
    rmSync(path, PATIENTLY)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY') throw error
    // Somebody is writing in there, and may do so each time: where it lies then, nobody looks for it.
    const aside = `${path}.${uuidV7()}`
    renameSync(path, aside)
    rmSync(aside, PATIENTLY)
  }
}

/** Also true where nobody may look: what is done about it then says so. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return !isAbsent(error)
  }
}

/** Whether nothing lies there, for certain. */
function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function edit(telemetry: Telemetry, project: string | undefined, enabled: boolean): Outcome {
  const { product, home } = telemetry.world
  const word = enabled ? 'on' : 'off'
  const [path, keyPath] =
    project === undefined
      ? [sharedPlacesOf(product, home).config, GLOBAL_SWITCH]
      : [projectFileOf(telemetry, project), PROJECT_SWITCH]
  if (path === undefined) {
    const says = `There is no ${product.projectFile} in ${project} or above it. Nothing was changed.`
    return { ok: false, says: [says] }
  }
  if (!isAbsolute(path)) return { ok: false, says: ['There is no home directory. Nothing was changed.'] }
  const done = outcomeOf(() => setTelemetryEnabled(path, keyPath, enabled))
  if ('ok' in done) return done
  const says = done.changed
    ? `Telemetry is ${word} now: ${keyPath.join('.')} in ${path} is ${enabled}.`
    : `Telemetry was ${word} already in ${path}.`
  return { ok: true, says: [says] }
}

/** The file that counts in a directory: its own, or the nearest one above it. */
function projectFileOf({ world }: Telemetry, projectDirectory: string): string | undefined {
  const { product, home } = world
  const { state, path } = readSources(product, { env: {}, home, projectDirectory }).project
  return state === 'absent' || !isAbsolute(path) ? undefined : path
}

/** What the work gives, or what went wrong with it. */
function outcomeOf<T>(work: () => T): T | Outcome {
  try {
    return work()
  } catch (error) {
    return { ok: false, says: [error instanceof Error ? error.message : String(error)] }
  }
}
