import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Destination } from '@visivo/telemetry-config'
import { decideFor, destinationOf, type Where } from './consent.ts'
import type { Outcome } from './control.ts'
import { type CourierEnd, type CourierTally, type CourierTerms, LAST_WORDS, runCourier } from './courier.ts'
import { courierPids, isCourierAlive } from './courier-lock.ts'
import { readCourierState, waitLeft } from './courier-state.ts'
import { firstOf } from './first-of.ts'
import { sayEvents, sayWhatCounts } from './in-words.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'

/** What `flush` came to; `ok` when nothing is left that waits. */
export interface Flushed extends Outcome {
  /** How many this process sent; a courier that went first counts its own. */
  readonly sent: number
  readonly waiting: number
}

/** How long another courier is waited for, what all of it takes at most, and how often it is looked, in milliseconds. */
const OTHERS_TIME = 15_000
const LONGEST = 60_000
const STEP = 100

/**
 * Sends what waits for the configured destination now, in this process, whatever earlier failures asked for, and
 * says what happened. With telemetry off, or in debug mode, it opens no socket. Never rejects.
 * @param signal ends it at once; what was not acknowledged goes on waiting
 */
export async function flush(telemetry: Telemetry, where: Where = {}, signal?: AbortSignal): Promise<Flushed> {
  const destination = destinationOf(telemetry.world, where)
  if (!destination) return notAllowed(telemetry, where, 0)
  const outbox = outboxOf(telemetry, destination)
  const before = outbox.waiting()
  if (telemetry.world.debug || !decideFor(telemetry.world, where).enabled)
    return notAllowed(telemetry, where, before.length)
  if (before.length === 0) return { ok: true, says: ['Nothing waits to be sent.'], sent: 0, waiting: 0 }

  const damaged = before.filter(outbox.isDamaged)
  const enough = AbortSignal.timeout(LONGEST - LAST_WORDS)
  const stop = firstOf([AbortSignal.timeout(LONGEST), ...(signal ? [signal] : [])])
  const waited = await waitForOther(telemetry, destination, stop.signal)
  const signals = { hurry: stop.signal, enough, stop: stop.signal }
  const { end, accepted: sent, refused } = await tryCourier(telemetry, destination, where, signals)
  stop.release()
  const left = outbox.waiting()
  const lost = refused + damaged.filter((name) => !left.includes(name)).length
  return {
    ok: left.length === 0,
    says: [...waited, ...sayEnd(end, { sent, waiting: left.length, lost, host: destination.host })],
    sent,
    waiting: left.length,
  }
}

function outboxOf({ world, guard }: Telemetry, destination: Destination) {
  return openOutbox(placesOf(world.product, world.home, destination).outbox, guard)
}

function notAllowed(telemetry: Telemetry, where: Where, waiting: number): Flushed {
  const decision = decideFor(telemetry.world, where)
  const because = decision.enabled
    ? `${telemetry.world.product.envPrefix}_TELEMETRY_DEBUG is set`
    : `telemetry is off: ${sayWhatCounts(decision.because)}`
  const left = waiting === 0 ? [] : [`${sayEvents(waiting)} ${waiting === 1 ? 'goes' : 'go'} on waiting.`]
  return { ok: waiting === 0, says: [`Nothing is sent, because ${because}.`, ...left], sent: 0, waiting }
}

/** Two that send at once would send everything twice, so the one that is at work goes first. */
async function waitForOther(
  { world, guard }: Telemetry,
  destination: Destination,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const places = placesOf(world.product, world.home, destination)
  // One that was asked to wait would not send now.
  const isAtWork = () =>
    isCourierAlive(places.destination, guard.edition()) &&
    waitLeft(readCourierState(places.state), Date.now()) === 0
  const outbox = openOutbox(places.outbox, guard)
  const isNeeded = () => isAtWork() && outbox.waiting().some(outbox.isOurs)
  if (!isNeeded()) return []
  const [pid] = courierPids(places.destination, guard.edition())
  const end = performance.now() + OTHERS_TIME
  while (isNeeded() && performance.now() < end && !signal.aborted) await sleep(STEP)
  return [`A courier is at work${pid === undefined ? '' : ` (process ${pid})`}; it went first.`]
}

interface Tried extends CourierTally {
  readonly end: CourierEnd
}

async function tryCourier(
  telemetry: Telemetry,
  destination: Destination,
  { projectDirectory = '', envFilePath }: Where,
  signals: Pick<CourierTerms, 'hurry' | 'enough' | 'stop'>,
): Promise<Tried> {
  const tally = { accepted: 0, refused: 0 }
  const outbox = outboxOf(telemetry, destination)
  if (!outbox.waiting().some(outbox.isOurs)) return { end: { kind: 'done' }, ...tally }
  const job = telemetry.courierJob(destination)
  const terms = { firstWait: 0, linger: 0, gather: 0, ...signals, despiteBackoff: true, tally }
  try {
    // Unlike a courier of its own, this process knows where it stands: an opt-out there counts while it sends.
    const end = await runCourier({ ...job, projectDirectory: resolve(projectDirectory), envFilePath }, terms)
    return { end, ...tally }
  } catch {
    return { end: { kind: 'later', reason: 'the disk refuses' }, ...tally }
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
    ...(waiting > 0
      ? [`${sayEvents(waiting)} still ${waiting === 1 ? 'waits' : 'wait'}: ${sayWhy(end)}.`]
      : []),
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
