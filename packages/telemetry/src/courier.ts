import { accessSync, constants, existsSync } from 'node:fs'
import { type CourierJob, guardOfJob, placesOfJob } from './courier-job.ts'
import {
  type CourierLock,
  claimCourierLock,
  HEARTBEAT,
  holdCourierLock,
  isCourierAlive,
  sweepLocks,
} from './courier-lock.ts'
import {
  afterFailure,
  afterSuccess,
  type CourierMemory,
  openCourierState,
  waitLeft,
} from './courier-state.ts'
import { type Delivery, deliver } from './deliver.ts'
import { firstOf } from './first-of.ts'
import type { StoredEvent } from './guard.ts'
import { makePlace } from './make-place.ts'
import { NO_GUARD } from './nothing.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { nextChange } from './outbox-watch.ts'
import { findPlaces, type Places } from './places.ts'
import { REQUEST_DEADLINE, send } from './send.ts'
import { logSent } from './sent-log.ts'
import { type AskStanding, standingConsentOf } from './standing-consent.ts'
import { toWire, type WireEvent } from './wire.ts'

/** How long a courier stays, in milliseconds, and what ends it. */
export interface CourierTerms {
  /** How long it waits for the first event. */
  readonly firstWait: number
  /** How long it waits for another; `Infinity` in a server. */
  readonly linger: number
  /** How long it leaves a new event to others that may follow, before it sends them together. */
  readonly gather: number
  /** From now on it waits for nothing: it sends what there is and ends. */
  readonly hurry: AbortSignal
  /** From now on it begins no request, so that `stop`, if it comes `LAST_WORDS` later, breaks none off. */
  readonly enough?: AbortSignal
  /** Ends it at once, also in the middle of a request. */
  readonly stop: AbortSignal
  /** Tries now, whatever earlier runs were told: a person asked for it. */
  readonly despiteBackoff?: boolean
  /** Where it counts, for whoever has to say what came of it. */
  readonly count?: CourierCount
}

/** How many events a courier dealt with, as it goes: one that is stopped has dealt with some as well. */
export interface CourierCount {
  accepted: number
  /** Those that the server refuses, each alone. */
  refused: number
}

/** How a courier ended: see `Delivery`; `off` after an opt-out, `busy` when another one is at work. */
export type CourierEnd = Delivery | { readonly kind: 'off' | 'busy' }

interface Waiting {
  readonly name: string
  readonly event: StoredEvent
}

interface Courier {
  readonly job: CourierJob
  readonly terms: CourierTerms
  readonly places: Places
  /** Of the catalogue that it reads events by. */
  readonly edition: string
  readonly outbox: Outbox
  readonly ask: AskStanding
  readonly state: CourierMemory
  /** Files that are not to be looked at again: what they hold is dealt with, or not for this courier. */
  readonly settled: Set<string>
  /** The files of the last look. */
  seen: ReadonlySet<string>
}

/** posthog-node's own batch size; PostHog takes far more. */
const BATCH = 100
/**
 * How long files are read for one batch, in milliseconds, where a disk is that slow: no lock beats meanwhile, and one that
 * is taken over from again and again sends nothing.
 */
const READING = 1_000
/** The longest request, and a second, in milliseconds. */
export const LAST_WORDS = REQUEST_DEADLINE + 1_000
/** How often outbox and opt-outs are looked at when nothing reports a change, in milliseconds. */
const LOOK = 1_000

/**
 * Takes events from the outbox to PostHog until no more come, somebody opts out, or the server asks to come
 * back later. What was not acknowledged stays in the outbox. Rejects only if the disk can't be used at all.
 */
export async function runCourier(job: CourierJob, terms: CourierTerms): Promise<CourierEnd> {
  const places = placesOfJob(job)
  // Where it was claimed there was a home then; one that was deleted meanwhile is not made anew.
  if (job.claim === undefined || existsSync(places.destination)) makePlace('outbox', places.outbox)
  // From where nothing can be removed, everything would be sent again and again.
  accessSync(places.outbox, constants.W_OK | constants.X_OK)
  const guard = guardOfJob(job)
  const outbox = openOutbox(places.outbox, guard)
  const state = openCourierState(places.state)
  const ask = standingConsentOf(job)
  const edition = guard.edition()
  const memory = { settled: new Set<string>(), seen: new Set<string>() }
  const courier: Courier = { job, terms, places, edition, outbox, ask, state, ...memory }
  // Where a person asks, before a courier that waits for a server to recover; not before one that may send.
  const goesFirst = () => terms.despiteBackoff === true && waitLeft(state.read(), Date.now()) > 0
  for (let claim = job.claim; ; claim = undefined) {
    const number = claim ?? claimCourierLock(places.destination, edition, { anyway: goesFirst() })
    const lock = number && holdCourierLock(places.destination, edition, number)
    if (!lock) return { kind: 'busy' }
    const heart = setInterval(() => lock.beat(), HEARTBEAT)
    const end = await work(courier, lock).finally(() => {
      clearInterval(heart)
      lock.release()
    })
    // Whoever recorded an event between the last look and the release saw a live courier, and started none.
    if (end.kind !== 'done' || !hasNew(courier)) return end
  }
}

async function work(courier: Courier, lock: CourierLock): Promise<CourierEnd> {
  const { terms, places, outbox, state } = courier
  let end = performance.now() + terms.firstWait
  outbox.tidy()
  tidyAbandoned(courier)
  sweepLocks(places.destination, courier.edition)
  for (;;) {
    if (terms.stop.aborted || terms.enough?.aborted || !lock.held()) return { kind: 'stopped' }
    if (!isAllowed(courier)) return { kind: 'off' }
    const left = terms.hurry.aborted ? 0 : Math.max(0, end - performance.now())
    const pause = terms.despiteBackoff ? 0 : waitLeft(state.read(), Date.now())
    if (pause > left) return { kind: 'later', reason: 'an earlier attempt failed; the next is due later' }
    const batch = pause > 0 ? [] : takeBatch(courier)
    if (batch.length > 0) {
      const delivery = await deliverBatch(courier, batch, lock)
      if (delivery.kind === 'later' && terms.despiteBackoff) return delivery
      end = performance.now() + terms.linger
    } else {
      if (left <= 0) return { kind: 'done' }
      const ending = firstOf([terms.stop, terms.hurry])
      const most = Math.min(left, pause || LOOK, LOOK)
      // In a pause nobody looks, and all that comes is new.
      const missed = () => pause === 0 && hasNew(courier)
      await nextChange(places.outbox, { most, gather: terms.gather, missed, signal: ending.signal })
      ending.release()
    }
  }
}

/** What waits for a destination that is configured no more has no courier of its own, and goes after its days. */
function tidyAbandoned({ places }: Courier): void {
  for (const { outbox } of findPlaces(places.root))
    if (outbox !== places.outbox) openOutbox(outbox, NO_GUARD).tidy()
}

/**
 * The oldest events that wait; the last is the newest, so that a hundred that the server refuses don't hide one that it takes.
 * A file that holds none is given up, and one of another catalogue is left to a courier of that, while there may be one.
 * One that can't be opened just now may be so at the next look.
 */
function takeBatch(courier: Courier): readonly Waiting[] {
  const { outbox, settled } = courier
  const names = outbox.waiting()
  courier.seen = new Set(names)
  const left = leftBehind(courier, names)
  const batch: Waiting[] = []
  const late = performance.now() + READING
  for (const name of [...names.slice(-1), ...names.slice(0, -1)]) {
    if (batch.length === BATCH || (batch.length > 0 && performance.now() > late)) break
    if (settled.has(name)) continue
    const isOurs = outbox.isOurs(name)
    if (!isOurs && !left.has(name)) continue
    const event = outbox.read(name)
    if (event) batch.push({ name, event })
    else if (!isOurs || (outbox.isDamaged(name) && !outbox.discard(name))) settled.add(name)
  }
  return batch.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/**
 * The files of other catalogues that wait in vain: for an hour, and no courier of theirs is at work. Their version was
 * updated or removed, as a rule. Where one starts in this moment after all, both send them under the same uuids.
 */
function leftBehind({ outbox, places }: Courier, names: readonly string[]): ReadonlySet<string> {
  const old = outbox.oldOfOthers(names)
  const atWork = [...new Set(old.values())].filter((edition) => isCourierAlive(places.destination, edition))
  return new Set([...old].filter(([, edition]) => !atWork.includes(edition)).map(([name]) => name))
}

/** Whether anything came since the last look. */
function hasNew({ outbox, seen }: Courier): boolean {
  return outbox.waiting().some((name) => !seen.has(name))
}

async function deliverBatch(
  courier: Courier,
  batch: readonly Waiting[],
  lock: CourierLock,
): Promise<Delivery> {
  const { job, terms, state, outbox, settled } = courier
  const away = firstOf([terms.stop])
  const mayGoOn = () => !terms.stop.aborted && lock.held() && isAllowed(courier)
  const waiting = (part: readonly Waiting[]) => part.filter(({ name }) => !outbox.isGone(name))
  // A request may take ten seconds; an opt-out or another courier does not wait for it.
  const watch = setInterval(() => {
    if (!mayGoOn()) away.abort()
  }, LOOK)
  const delivery = await deliver(batch, {
    waiting,
    send: (part) => {
      const mayGo = () => mayGoOn() && waiting(part).length === part.length
      return send(part.map(toWireEvent), job.destination, away.signal, mayGo)
    },
    mayGoOn: () => !terms.enough?.aborted && mayGoOn(),
    refused: ({ name }) => {
      if (terms.count) terms.count.refused += 1
      if (!outbox.discard(name)) settled.add(name)
    },
    accepted: (part) => noteAccepted(courier, part),
  })
  clearInterval(watch)
  away.release()
  if (away.signal.aborted) return { kind: 'stopped' }
  if (delivery.kind === 'later')
    state.write(afterFailure(state.read(), Date.now(), delivery.reason, delivery.retryAfter))
  return delivery
}

function noteAccepted({ terms, places, outbox, state, settled }: Courier, part: readonly Waiting[]): void {
  const now = Date.now()
  if (terms.count) terms.count.accepted += part.length
  logSent(places.sentLog, part.map(toWireEvent), now)
  for (const { name } of part) if (!outbox.remove(name)) settled.add(name)
  state.write(afterSuccess(state.read(), now))
}

function toWireEvent({ event }: Waiting): WireEvent {
  return toWire(event)
}

/**
 * Asked before every request, and again when it has reached the server. Somebody who opted out for good leaves nothing
 * behind to be sent later.
 */
function isAllowed({ ask, outbox }: Courier): boolean {
  const consent = ask()
  if (consent === 'off-for-good') outbox.clear()
  return consent === 'on'
}
