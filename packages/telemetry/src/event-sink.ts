import { setTimeout as sleep } from 'node:timers/promises'
import { type CourierJob, guardOfJob, placesOfJob } from './courier-job.ts'
import type { StoredEvent } from './guard.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { OUTBOX_LIMITS } from './outbox-caps.ts'
import { keepIn, mayKeep, standingConsentOf } from './standing-consent.ts'
import { startThread } from './start-thread.ts'

/** Where a server leaves its events: with its courier thread, or in the outbox where no thread can be had. */
export interface EventSink {
  /** Whether recording is still wanted, as far as is known. */
  isWanted(): boolean
  /** Whether what was recorded before is: also while nobody can tell what a file says. */
  isTaken(): boolean
  /** Takes events over. Those that the thread does not deal with go to the outbox when it ends. */
  take(events: readonly StoredEvent[]): void
  /** Writes events to the outbox at once, instead of handing them to the thread. */
  keep(events: readonly StoredEvent[]): void
  /** Writes everything that is not dealt with to the outbox at once: the process ends. */
  keepAll(): void
  /** Ends the thread, within `patience` milliseconds. */
  close(patience: number): Promise<void>
}

/** A thread that deals with nothing any more is stuck; beyond so many parcels the server writes by itself. */
const MOST_OPEN = 20
/** How long a thread that is to end may go on writing what it was handed before the server writes it, in milliseconds. */
const A_MOMENT = 300

/** @param whenOff called, over and over, while the courier thread finds telemetry off */
export function openEventSink(job: CourierJob, whenOff: () => void): EventSink {
  const keep = keeperOf(job)
  const dealtWith = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const handedOver = new Map<number, readonly StoredEvent[]>()
  let parcel = 0
  const open = () => {
    const last = Atomics.load(dealtWith, 0)
    for (const one of handedOver.keys()) if (one <= last) handedOver.delete(one)
    return handedOver
  }
  const keepAll = () => {
    keep([...open().values()].flat())
    handedOver.clear()
  }
  const thread = startThread({ job, dealtWith }, { off: whenOff, gone: keepAll })

  return {
    isWanted: () => thread.consent() === 'on',
    isTaken: () => mayKeep(thread.consent()),
    keep,
    keepAll,
    take: (events) => {
      const worker = thread.worker()
      if (!worker || open().size >= MOST_OPEN) return keep(events)
      parcel += 1
      try {
        worker.postMessage({ kind: 'events', parcel, events })
        handedOver.set(parcel, events)
      } catch {
        // One of them holds what no thread can be handed; the guard finds out which.
        keep(events)
      }
    },
    close: async (patience) => {
      const ended = thread.end(patience)
      // Beside the last parcel none waits but with a thread that is busy, which is given a moment, for what both write
      // another courier may send twice; or with one that is stuck: then it is written while there is time.
      if (open().size > 1) await Promise.race([ended, sleep(A_MOMENT)])
      if (open().size > 1) keepAll()
      await ended
      // Its exit is not reported to a host that ends now.
      keepAll()
    },
  }
}

/**
 * Writes to the outbox, on the thread that answers: no more than it holds. What the thread had written after all is
 * only written over, for the same event has the same name; but for one that tells of dropped ones, which comes twice, as
 * does what the courier of a command has sent in between: under one uuid, by which PostHog knows it again.
 */
function keeperOf(job: CourierJob): (events: readonly StoredEvent[]) => void {
  const ask = standingConsentOf(job)
  let opened: Outbox | undefined
  return (events) => {
    // Also with none: what it has not been able to count is counted by now, or nobody will ever be told.
    if (events.length === 0 && !opened) return
    opened ??= openOutbox(placesOfJob(job).outbox, guardOfJob(job))
    const fresh = events.slice(-OUTBOX_LIMITS.events)
    const left = keepIn(opened, ask, fresh)
    // Who opted out is left no count either.
    if (left) opened.countLost(events.length - fresh.length + left.length)
  }
}
