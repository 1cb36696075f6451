import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readMachineId, resetMachineId } from '@visivo/machine-id'
import { GLOBAL_SWITCH, PROJECT_SWITCH } from '@visivo/telemetry-config'
import { setTelemetryEnabled } from '@visivo/telemetry-config/edit'
import type { Where } from './consent.ts'
import { courierPid } from './courier-lock.ts'
import { decideFully, sayWhatCounts } from './inspect.ts'
import { openOutbox } from './outbox.ts'
import { findPlaces, sharedPlacesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'

/** What a change came to. */
export interface Outcome {
  /** False when what was asked for could not be done; `says` tells why and what to do. */
  readonly ok: boolean
  /** What was done, in sentences. */
  readonly says: readonly string[]
}

/** Which switch is meant. */
export interface SwitchOptions {
  /** The directory of a project, whose own file is edited in place of the person's. */
  readonly project?: string | undefined
  /** What else counts here, so that `turnOn` can tell what still keeps telemetry off. */
  readonly where?: Where
}

/** Switches telemetry on in the person's file, or a project's; says so when another source keeps it off. Never throws. */
export function turnOn(telemetry: Telemetry, options: SwitchOptions = {}): Outcome {
  const edited = edit(telemetry, options, true)
  if (!edited.ok) return edited
  const { project, where = {} } = options
  const decision = decideFully(
    telemetry,
    project === undefined ? where : { ...where, projectDirectory: project },
  )
  if (decision.enabled) return edited
  const off = decision.checked.filter(({ verdict }) => verdict === 'off').map(sayWhatCounts)
  return { ok: true, says: [...edited.says, `It stays off all the same: ${off.join('; ')}.`] }
}

/** Switches telemetry off in the person's file, or a project's, and removes every event that waits. Never throws. */
export function turnOff(telemetry: Telemetry, options: SwitchOptions = {}): Outcome {
  const edited = edit(telemetry, options, false)
  const removed = emptyOutboxes(telemetry)
  return {
    ok: edited.ok,
    says: [
      ...edited.says,
      removed === 0 ? 'Nothing waited to be sent.' : `Removed ${count(removed)} that waited to be sent.`,
    ],
  }
}

/** Gives this machine a new id, if it has one. What waits keeps the id that it was recorded under. Never throws. */
export function reset(telemetry: Telemetry): Outcome {
  const { product, home } = telemetry.world
  const { directory } = sharedPlacesOf(product, home)
  const old = readMachineId({ directory })
  if (old === undefined)
    return {
      ok: true,
      says: ['There is no machine id to replace: one is made when the first event is recorded.'],
    }
  const done = attempt(() => resetMachineId({ directory }))
  if (typeof done !== 'string') return done
  return { ok: true, says: [`The machine id is now ${done}. Nothing connects it with the old one, ${old}.`] }
}

/**
 * Removes everything that telemetry wrote on this machine: what waits, the logs, the machine id, the memory of
 * the notice. The configuration is the person's and stays. Never throws.
 */
export async function purge(telemetry: Telemetry): Promise<Outcome> {
  const { product, home } = telemetry.world
  const { directory, root } = sharedPlacesOf(product, home)
  const couriers = findPlaces(root).flatMap(({ destination }) => courierPid(destination) ?? [])
  const gone = [root, join(directory, 'machine_id'), join(directory, 'machine_id.next')]
  return removeAll(gone, couriers)
}

async function removeAll(paths: readonly string[], _couriers: readonly number[]): Promise<Outcome> {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  return { ok: true, says: paths }
}

/** Removes what waits for any destination. Gives how many events went. */
export function emptyOutboxes(telemetry: Telemetry): number {
  const { product, home } = telemetry.world
  return findPlaces(sharedPlacesOf(product, home).root)
    .map(({ outbox }) => openOutbox(outbox, telemetry.guard).clear())
    .reduce((sum, removed) => sum + removed, 0)
}

function edit(telemetry: Telemetry, { project }: SwitchOptions, enabled: boolean): Outcome {
  const { product, home } = telemetry.world
  const word = enabled ? 'on' : 'off'
  const [path, keyPath] =
    project === undefined
      ? [join(sharedPlacesOf(product, home).directory, product.configFile), GLOBAL_SWITCH]
      : [join(project, product.projectFile), PROJECT_SWITCH]
  const done = attempt(() => setTelemetryEnabled(path, keyPath, enabled))
  if ('ok' in done) return done
  const says = done.changed
    ? `Telemetry is ${word} now: ${keyPath.join('.')} in ${path} is ${enabled}.`
    : `Telemetry was ${word} already in ${path}.`
  return { ok: true, says: [says] }
}

function attempt<T>(work: () => T): T | Outcome {
  try {
    return work()
  } catch (error) {
    return { ok: false, says: [error instanceof Error ? error.message : String(error)] }
  }
}

function count(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
