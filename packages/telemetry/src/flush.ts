import { setTimeout as sleep } from 'node:timers/promises'
import { decideFor, destinationOf, type Where } from './consent.ts'
import type { Outcome } from './control.ts'
import { countWaiting } from './count-waiting.ts'
import { type CourierEnd, type CourierTerms, LAST_WORDS, runCourier } from './courier.ts'
import { type CourierJob, jobAt } from './courier-job.ts'
import { courierPids, isCourierAlive } from './courier-lock.ts'
import { readCourierState, waitLeft } from './courier-state.ts'
import { firstOf } from './first-of.ts'
import { sayEvents, sayGoing, sayWaiting, sayWhatCounts } from './in-words.ts'
import { openOutbox } from './outbox.ts'
import { type DestinationPlaces, findPlaces, placesOf, sharedPlacesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'

/** What `flush` did; `ok` when nothing waits any more. */
export interface Flushed extends Outcome {
  /** How many this process sent; a courier that went first counts its own. */
  readonly sent: number
  readonly waiting: number
}

/** How long another courier is waited for, what all of it takes at most, and how often it is looked, in milliseconds. */
const OTHERS_TIME = 15_000
const LONGEST = 60_000
const STEP = 100

/** It waits neither for more events nor for the end of a pause after a failure. */
const AT_ONCE = { firstWait: 0, linger: 0, gather: 0, despiteBackoff: true } as const
const DONE: CourierEnd = { kind: 'done' }

/**
 * Sends what waits for the configured destination now, in this process, even if an earlier failure asked to wait, and
 * says what happened. With telemetry off, or in debug mode, it opens no socket. Never rejects.
 * @param signal ends it at once; what was not acknowledged goes on waiting
 */
export async function flush(telemetry: Telemetry, where: Where = {}, signal?: AbortSignal): Promise<Flushed> {
  const destination = destinationOf(telemetry.world, where)
  if (!destination) return notAllowed(telemetry, where, countAll(telemetry))
  const places = placesOf(telemetry.world.product, telemetry.world.home, destination)
  const outbox = openOutbox(places.outbox, telemetry.guard)
  const before = outbox.waiting()
  if (telemetry.world.debug || !decideFor(telemetry.world, where).enabled)
    return notAllowed(telemetry, where, before.length)
  if (before.length === 0)
    return { ok: true, says: [sayNothingWaits(telemetry, destination.host)], sent: 0, waiting: 0 }

  const damaged = before.filter(outbox.isDamaged)
  const enough = AbortSignal.timeout(LONGEST - LAST_WORDS)
  const stop = firstOf([AbortSignal.timeout(LONGEST), ...(signal ? [signal] : [])])
  const hasOurs = () => outbox.waiting().some(outbox.isOurs)
  const waited = await waitForOther(places, telemetry.guard.edition(), hasOurs, stop.signal)
  const count = { accepted: 0, refused: 0 }
  const terms = { ...AT_ONCE, hurry: stop.signal, enough, stop: stop.signal, count }
  // Its clock stands still where nothing was recorded since an update: what the old version left would never be old.
  outbox.tidy()
  const isForUs = hasOurs() || outbox.oldOfOthers(outbox.waiting()).size > 0
  const end = isForUs ? await tryCourier(telemetry.courierJob(destination), where, terms) : DONE
  stop.release()
  const left = outbox.waiting()
  const lost = count.refused + damaged.filter((name) => !left.includes(name)).length
  const counted = { sent: count.accepted, waiting: left.length }
  const says = [...waited, ...sayEnd(end, { ...counted, lost, host: destination.host })]
  return {
    ok: left.length === 0,
    // A courier that has just ended took it, or it was removed.
    says: says.length === 0 ? ['Nothing waits any more.'] : says,
    ...counted,
  }
}

/** How many events wait for any destination; beside a configured one that has none, these are those of the others. */
function countAll({ world }: Telemetry): number {
  return countWaiting(findPlaces(sharedPlacesOf(world.product, world.home).root))
}

/** What was recorded for one address is never sent to another, and whoever asks is not told that it is gone. */
function sayNothingWaits(telemetry: Telemetry, host: string): string {
  const elsewhere = countAll(telemetry)
  return elsewhere === 0
    ? 'Nothing waits to be sent.'
    : `Nothing waits to be sent to ${host}; ${sayWaiting(elsewhere)} for other destinations.`
}

function notAllowed(telemetry: Telemetry, where: Where, waiting: number): Flushed {
  const decision = decideFor(telemetry.world, where)
  const because = decision.enabled
    ? `${telemetry.world.product.envPrefix}_TELEMETRY_DEBUG is set`
    : `telemetry is off: ${sayWhatCounts(decision.because)}`
  const left = waiting === 0 ? [] : [`${sayGoing(waiting)} on waiting.`]
  return { ok: waiting === 0, says: [`Nothing is sent, because ${because}.`, ...left], sent: 0, waiting }
}

/** Two that send at once would send everything twice, so the one that is at work goes first. */
async function waitForOther(
  { destination, state }: DestinationPlaces,
  edition: string,
  hasOurs: () => boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // One that was asked to wait would not send now.
  const isAtWork = () =>
    isCourierAlive(destination, edition) && waitLeft(readCourierState(state), Date.now()) === 0 && hasOurs()
  if (!isAtWork()) return []
  const [pid] = courierPids(destination, edition)
  const end = performance.now() + OTHERS_TIME
  while (isAtWork() && performance.now() < end && !signal.aborted) await sleep(STEP)
  return [`A courier is at work${pid === undefined ? '' : ` (process ${pid})`}; it went first.`]
}

async function tryCourier(job: CourierJob, where: Where, terms: CourierTerms): Promise<CourierEnd> {
  try {
    // Unlike a courier of its own, this process knows where it stands: an opt-out there counts while it sends.
    return await runCourier(jobAt(job, where), terms)
  } catch {
    return { kind: 'later', reason: 'the disk refuses' }
  }
}

interface Counted {
  readonly sent: number
  readonly waiting: number
  readonly lost: number
  readonly host: string
}

function sayEnd(end: CourierEnd, { sent, waiting, lost, host }: Counted): readonly string[] {
  return [
    ...(sent > 0 ? [`Sent ${sayEvents(sent)} to ${host}.`] : []),
    ...(lost > 0 && end.kind !== 'off'
      ? [`Gave up ${sayEvents(lost)} that the server or the catalogue refuses.`]
      : []),
    ...(waiting > 0 ? [`${sayWaiting(waiting, 'still')}: ${sayWhy(end)}.`] : []),
  ]
}

function sayWhy(end: CourierEnd): string {
  switch (end.kind) {
    case 'later':
      return end.reason
    case 'busy':
      return 'another courier is at work on it'
    case 'off':
      return 'telemetry was switched off meanwhile'
    case 'stopped':
      return 'it was stopped'
    case 'done':
      return 'recorded meanwhile, or by another version'
  }
}
