import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { readMachineId } from '@visivo/machine-id'
import type { Checked, Decision } from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import { checkOutbox } from './check-outbox.ts'
import { type Consent, decideFor, destinationOf, type Where } from './consent.ts'
import { countWaiting } from './count-waiting.ts'
import { courierPids, isCourierAlive } from './courier-lock.ts'
import { readCourierState, waitLeft } from './courier-state.ts'
import { sayWhatCounts } from './in-words.ts'
import { NOT_LOADED } from './nothing.ts'
import { isNoticeDue } from './notice.ts'
import { openOutbox } from './outbox.ts'
import { type DestinationPlaces, findPlaces, placesOf, type SharedPlaces, sharedPlacesOf } from './places.ts'
import { readSentLog, type SentEvent } from './sent-log.ts'
import type { Telemetry } from './telemetry.ts'
import { findUnreadable, type Unreadable } from './unreadable.ts'
import { toWire, type WireEvent } from './wire.ts'

export type { SentEvent } from './sent-log.ts'
export type { Unreadable } from './unreadable.ts'
export type { WireEvent } from './wire.ts'

/**
 * Everything that a person may want to know about telemetry here and now. Holds no key: it may be shown as it is.
 * Functions that change something are in `@visivo/telemetry/control` (`turnOn`, `turnOff`, `reset`, `purge`).
 */
export interface Inspection {
  /** Whether the next command records. */
  readonly recording: boolean
  /** Why, in words. */
  readonly reason: string
  /** What the one decider says, with a row for every source. */
  readonly decision: {
    readonly enabled: boolean
    readonly because?: Checked
    readonly checked: readonly Checked[]
  }
  /** `due`: the next command on a terminal shows the notice, and records nothing. */
  readonly notice: 'shown' | 'due'
  /** If one source switches telemetry on and another one off: which ones, in words. */
  readonly contradiction?: string
  /** Where events go, or would go: origin and path. Missing when none is configured. */
  readonly destination?: { readonly host: string; readonly hasKey: boolean }
  /** Missing until the first event is recorded, and in CI, where every run has an id of its own. */
  readonly machineId?: { readonly id: string; readonly path: string; readonly persisted: boolean }
  /** What waits, oldest first, as it would be sent: for the destination, or for any when none is configured. */
  readonly waiting: readonly WireEvent[]
  /**
   * How many other events wait that another version recorded, by its own catalogue. They wait for a courier of that
   * version, or until they are an hour old.
   */
  readonly waitingOfOthers: number
  /** How many events wait for destinations that are not configured now. */
  readonly waitingElsewhere: number
  /** When a batch was accepted last, ISO 8601. */
  readonly lastSuccess?: string
  /** When and why a batch was not accepted last: a sentence without an address or a key. */
  readonly lastFailure?: { readonly at: string; readonly reason: string }
  /** After a failure: before this time, ISO 8601, no courier tries again. */
  readonly nextAttempt?: string
  /** How many events were given up: over the caps, too old, damaged or refused. As far back as the log reaches. */
  readonly dropped: number
  readonly courier: { readonly alive: boolean; readonly pid?: number }
  /** False where no child process can be started, as in a program bundled into one file: then events only wait. */
  readonly canSend: boolean
  /** What nobody can look into who runs this: what lies there is missing above, as if it were not there. */
  readonly unreadable?: Unreadable
  /** Where all of this lies. */
  readonly places: SharedPlaces & {
    /** The destinations that `waiting`, the times and `courier` come from. */
    readonly destinations: readonly DestinationPlaces[]
  }
}

/** Looks at everything and changes nothing: no file is written, no process started, no socket opened. Never throws. */
export function inspectTelemetry(telemetry: Telemetry, where: Where = {}): Inspection {
  const { product, home, isCi } = telemetry.world
  const decision = decideFor(telemetry.world, where)
  const { enabled, checked } = decision
  const destination = destinationOf(telemetry.world, where)
  const shared = sharedPlacesOf(product, home)
  const all = findPlaces(shared.root)
  const looked = destination ? [placesOf(product, home, destination)] : all
  const waiting = looked.flatMap((places) => readWaiting(telemetry, places))
  const elsewhere = all.filter((places) => !looked.some((own) => own.destination === places.destination))
  const id = isCi ? undefined : readMachineId({ directory: shared.directory })
  const contradiction = contradictionIn(decision)
  const unreadable = findUnreadable(shared.root)
  const notice = isCi || !isNoticeDue(shared.notice) ? 'shown' : 'due'
  return {
    ...whether(telemetry, where, decision, notice),
    decision: { enabled, checked, ...(decision.enabled ? {} : { because: decision.because }) },
    notice,
    ...(contradiction === undefined ? {} : { contradiction }),
    ...(destination ? { destination: { host: destination.host, hasKey: true } } : {}),
    ...(id === undefined ? {} : { machineId: { id, path: shared.machineId, persisted: true } }),
    waiting,
    waitingOfOthers: looked.reduce((sum, places) => sum + countOfOthers(telemetry, places), 0),
    waitingElsewhere: countWaiting(elsewhere),
    ...timesOf(looked),
    dropped: all.reduce((sum, places) => sum + countDropped(telemetry, places), 0),
    courier: courierOf(looked, telemetry.guard.edition()),
    canSend: telemetry.canSend,
    ...(unreadable === undefined ? {} : { unreadable }),
    places: { ...shared, destinations: looked },
  }
}

/** What was acknowledged by any destination, oldest first, as far back as the log reaches. Never throws. */
export function readSent(
  telemetry: Telemetry,
  options: { readonly event?: string | undefined; readonly since?: Date | undefined } = {},
): readonly SentEvent[] {
  const { product, home } = telemetry.world
  // A program without types may hand over null, or a date in words.
  const { event, since } = options ?? {}
  const from = since && new Date(since).getTime()
  return findPlaces(sharedPlacesOf(product, home).root)
    .flatMap(({ sentLog }) => readSentLog(sentLog))
    .filter((sent) => event === undefined || sent.event.event === event)
    .filter((sent) => from === undefined || Date.parse(sent.sent_at) >= from)
    .sort((one, other) => Date.parse(one.sent_at) - Date.parse(other.sent_at))
}

function whether(
  telemetry: Telemetry,
  where: Where,
  decision: Decision,
  notice: Inspection['notice'],
): Pick<Inspection, 'recording' | 'reason'> {
  const { world } = telemetry
  // What was not loaded knows no home, which is why it is off for whoever decides.
  if (!isAbsolute(world.home) && isNotLoaded(telemetry.consent(where, true)))
    return { recording: false, reason: NOT_LOADED }
  if (!decision.enabled) return { recording: false, reason: sayWhatCounts(decision.because) }
  if (world.debug) {
    const variable = `${world.product.envPrefix}_TELEMETRY_DEBUG`
    return { recording: false, reason: `${variable} is set: events are shown, and neither kept nor sent` }
  }
  const outbox = checkOutbox(telemetry, where)
  if (!outbox.ok) return { recording: false, reason: outbox.says }
  if (notice === 'due' && world.stderr().isTTY === true)
    return { recording: false, reason: 'the next command tells about it first, and records nothing' }
  return { recording: true, reason: 'nothing switches it off' }
}

function isNotLoaded(consent: Consent): boolean {
  return !consent.recording && consent.because === NOT_LOADED
}

function contradictionIn(decision: Decision): string | undefined {
  if (decision.enabled) return undefined
  const on = decision.checked.find(({ kind, verdict }) => verdict === 'on' && kind !== 'destination')
  return on && `${sayOn(on)}, but ${sayWhatCounts(decision.because)}`
}

function sayOn({ kind, source, value }: Checked): string {
  return kind === 'project' || kind === 'global'
    ? `enabled by ${source}`
    : `not disabled by ${source} (${value})`
}

function readWaiting(telemetry: Telemetry, places: DestinationPlaces): readonly WireEvent[] {
  const outbox = openOutbox(places.outbox, telemetry.guard)
  return outbox.waiting().flatMap((name) => {
    const event = outbox.isOurs(name) && outbox.read(name)
    return event ? [toWire(event)] : []
  })
}

function countOfOthers(telemetry: Telemetry, places: DestinationPlaces): number {
  const outbox = openOutbox(places.outbox, telemetry.guard)
  return outbox.waiting().filter((name) => !outbox.isOurs(name)).length
}

/** Those that no event has reported yet, and those that one has that waits or was sent. */
function countDropped(telemetry: Telemetry, places: DestinationPlaces): number {
  const events = [...readWaiting(telemetry, places), ...readSentLog(places.sentLog).map((sent) => sent.event)]
  // The log may have been edited.
  const reported = events.map(({ properties }) => Number(properties.dropped_events) || 0)
  return reported.reduce((sum, count) => sum + count, sizeOf(places.tally))
}

function sizeOf(path: string): number {
  const found = attempt(() => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return found?.isFile() ? Number(found.size) : 0
}

function timesOf(
  looked: readonly DestinationPlaces[],
): Pick<Inspection, 'lastSuccess' | 'lastFailure' | 'nextAttempt'> {
  const states = looked.map(({ state }) => readCourierState(state))
  const lastSuccess = latest(states, (state) => state.lastSuccess)?.lastSuccess
  const lastFailure = latest(states, (state) => state.lastFailure?.at)?.lastFailure
  const now = Date.now()
  const pauses = states.map((state) => waitLeft(state, now)).filter((pause) => pause > 0)
  return {
    ...(lastSuccess === undefined ? {} : { lastSuccess }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    ...(pauses.length === 0 ? {} : { nextAttempt: new Date(now + Math.min(...pauses)).toISOString() }),
  }
}

function latest<T>(all: readonly T[], timeOf: (one: T) => string | undefined): T | undefined {
  return (
    all
      // A file that somebody edited may hold anything.
      .filter((one) => !Number.isNaN(Date.parse(String(timeOf(one)))))
      .toSorted((one, other) => String(timeOf(one)).localeCompare(String(timeOf(other))))
      .at(-1)
  )
}

/** The one that sends what this program records; another version's may be at work beside it. */
function courierOf(looked: readonly DestinationPlaces[], edition: string): Inspection['courier'] {
  const [pid] = looked.flatMap(({ destination }) => courierPids(destination, edition))
  const alive = looked.some(({ destination }) => isCourierAlive(destination, edition))
  return { alive, ...(pid === undefined ? {} : { pid }) }
}
