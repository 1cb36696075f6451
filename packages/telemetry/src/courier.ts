import { mkdirSync } from 'node:fs'
import type { CourierJob } from './courier-job.ts'
import { type CourierLock, claimCourierLock, HEARTBEAT, holdCourierLock } from './courier-lock.ts'
import { afterFailure, afterSuccess, readCourierState, waitLeft, writeCourierState } from './courier-state.ts'
import { type Delivery, deliver } from './deliver.ts'
import { catalogueOf } from './events.ts'
import { createGuard, type StoredEvent } from './guard.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { nextChange } from './outbox-watch.ts'
import { type Places, placesOf } from './places.ts'
import { send } from './send.ts'
import { logSent } from './sent-log.ts'
import { standingConsent } from './standing-consent.ts'
import { toWire } from './wire.ts'

/** How long a courier stays, in milliseconds, and what ends it. */
export interface CourierTerms {
  /** How long it waits for the first event. */
  readonly firstWait: number
  /** How long it waits for another; `Infinity` in a server. */
  readonly linger: number
  /** From now on it waits for nothing: it sends what there is and ends. */
  readonly hurry: AbortSignal
  /** Ends it at once, also in the middle of a request. */
  readonly stop: AbortSignal
  /** Tries now, whatever earlier runs were told: a person asked for it. */
  readonly despiteBackoff?: boolean
}

/** How a courier ended: see `Delivery`; `off` after an opt-out, `busy` when another one is at work. */
export type CourierEnd = Delivery | { readonly kind: 'off' } | { readonly kind: 'busy' }

interface Waiting {
  readonly name: string
  readonly event: StoredEvent
}

interface Courier {
  readonly job: CourierJob
  readonly terms: CourierTerms
  readonly places: Places
  readonly outbox: Outbox
}

/** posthog-node's own batch size; PostHog takes far more. */
const BATCH = 100
/** How often outbox and opt-outs are looked at when nothing reports a change, in milliseconds. */
const LOOK = 1_000

/**
 * Takes events from the outbox to PostHog until no more come, somebody opts out, or the server asks to come
 * back later. What was not acknowledged stays in the outbox. Rejects only if the disk can't be used at all.
 */
export async function runCourier(job: CourierJob, terms: CourierTerms): Promise<CourierEnd> {
  const places = placesOf(job.product, job.home, job.destination)
  mkdirSync(places.outbox, { recursive: true, mode: 0o700 })
  const guard = createGuard(catalogueOf(job.product.versionProperty, job.extras))
  const courier: Courier = { job, terms, places, outbox: openOutbox(places.outbox, guard) }
  for (let claim = job.claim; ; claim = undefined) {
    const number = claim ?? claimCourierLock(places.destination)
    const lock = number && holdCourierLock(places.destination, number)
    if (!lock) return { kind: 'busy' }
    const heart = setInterval(() => lock.beat(), HEARTBEAT)
    const end = await work(courier, lock).finally(() => {
      clearInterval(heart)
      lock.release()
    })
    // Whoever recorded an event between the last look and the release saw a live courier, and started none.
    if (end.kind !== 'done' || courier.outbox.waiting().length === 0) return end
  }
}

async function work(courier: Courier, lock: CourierLock): Promise<CourierEnd> {
  const { terms, places, outbox } = courier
  let end = performance.now() + terms.firstWait
  outbox.tidy()
  for (;;) {
    if (terms.stop.aborted || !lock.held()) return { kind: 'stopped' }
    if (!isAllowed(courier)) return { kind: 'off' }
    const left = terms.hurry.aborted ? 0 : Math.max(0, end - performance.now())
    const pause = terms.despiteBackoff ? 0 : waitLeft(readCourierState(places.state), Date.now())
    if (pause > left) return { kind: 'later', reason: 'an earlier attempt failed; the next is due later' }
    const batch = pause > 0 ? [] : takeBatch(outbox)
    if (batch.length > 0) {
      const delivery = await deliverBatch(courier, batch, lock)
      if (delivery.kind === 'later' && terms.despiteBackoff) return delivery
      end = performance.now() + terms.linger
    } else {
      if (left <= 0) return { kind: 'done' }
      await nextChange(
        places.outbox,
        Math.min(left, pause || LOOK, LOOK),
        AbortSignal.any([terms.stop, terms.hurry]),
      )
    }
  }
}

/** The oldest events that wait. A file that holds none is given up here, so that it is never looked at again. */
function takeBatch(outbox: Outbox): readonly Waiting[] {
  return outbox
    .waiting()
    .slice(0, BATCH)
    .flatMap((name) => {
      const event = outbox.read(name)
      if (!event) outbox.discard(name)
      return event ? [{ name, event }] : []
    })
}

async function deliverBatch(
  courier: Courier,
  batch: readonly Waiting[],
  lock: CourierLock,
): Promise<Delivery> {
  const { job, terms, places, outbox } = courier
  const delivery = await deliver(batch, {
    send: (part) =>
      send(
        part.map(({ event }) => toWire(event)),
        job.destination,
        terms.stop,
      ),
    mayGoOn: () => !terms.stop.aborted && lock.held() && isAllowed(courier),
    refused: ({ name }) => outbox.discard(name),
    accepted: (part) => {
      const now = Date.now()
      logSent(
        places.sentLog,
        part.map(({ event }) => toWire(event)),
        now,
      )
      for (const { name } of part) outbox.remove(name)
      writeCourierState(places.state, afterSuccess(readCourierState(places.state), now))
    },
  })
  if (delivery.kind === 'later' && !terms.stop.aborted) {
    const { reason, retryAfter } = delivery
    writeCourierState(
      places.state,
      afterFailure(readCourierState(places.state), Date.now(), reason, retryAfter ?? 0),
    )
  }
  return delivery
}

/** Asked before every request. Somebody who opted out for good leaves nothing behind to be sent later. */
function isAllowed({ job, outbox }: Courier): boolean {
  const consent = standingConsent(job)
  if (consent === 'off-for-good') outbox.clear()
  return consent === 'on'
}
