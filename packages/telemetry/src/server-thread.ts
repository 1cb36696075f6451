import { Worker } from 'node:worker_threads'
import { catalogueOf } from './events.ts'
import { createGuard, type StoredEvent } from './guard.ts'
import { OUTBOX_LIMITS, type Outbox, openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { mayKeep, type StandingConsent, standingConsentOf } from './standing-consent.ts'
import { courierFile } from './start-courier.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** Where a server leaves its events: with its courier thread, or in the outbox where no thread can be had. */
export interface EventSink {
  /** Whether recording is still wanted, as far as is known. */
  isWanted(): boolean
  /** Whether what was recorded before is: also while nobody can tell what a file says. */
  isTaken(): boolean
  /** Takes events over. Those that the thread does not confirm go to the outbox when it ends. */
  take(events: readonly StoredEvent[]): void
  /** Writes events to the outbox at once, instead of handing them to the thread. */
  keep(events: readonly StoredEvent[]): void
  /** Writes everything that is unconfirmed to the outbox at once: the process ends. */
  keepAll(): void
  /** Ends the thread, within `patience` milliseconds. */
  close(patience: number): Promise<void>
}

/** A thread that confirms nothing any more is stuck; beyond so many parcels the server writes by itself. */
const MOST_UNCONFIRMED = 20
/** One that died is followed by another with the next events, but not sooner, in milliseconds after its start. */
const START_AGAIN = 10_000

/**
 * Starts the courier thread, if one can be had: not in a bundle without its file, nor in some sandboxes.
 * @param onOff called, over and over, while the thread finds telemetry off
 */
export function openEventSink(data: ThreadData, onOff: () => void): EventSink {
  const keep = keeperOf(data)
  const unconfirmed = new Map<number, readonly StoredEvent[]>()
  let parcel = 0
  let consent: StandingConsent = 'on'
  let worker: Worker | undefined
  let started = 0
  let ended = () => {}
  const keepAll = () => {
    keep([...unconfirmed.values()].flat())
    unconfirmed.clear()
  }
  const start = () => {
    started = performance.now()
    const fresh = tryWorker(data)
    worker = fresh
    const gone = () => {
      // An error is followed by its exit.
      if (worker !== fresh) return
      worker = undefined
      // What it said last, nobody would take back; whoever writes asks anew.
      consent = 'on'
      keepAll()
      ended()
    }
    fresh?.on('message', (message: FromThread) => {
      // A busy host may hear of a thread's death before it hears what the thread said last.
      if (worker !== fresh) return
      if (message.kind === 'recording') {
        consent = message.consent
        if (!mayKeep(consent)) onOff()
      } else if (message.kind === 'kept') unconfirmed.delete(message.parcel)
      else ended()
    })
    fresh?.on('error', gone)
    fresh?.on('exit', gone)
    fresh?.unref()
  }
  start()

  return {
    isWanted: () => consent === 'on',
    isTaken: () => mayKeep(consent),
    keep,
    keepAll,
    take: (events) => {
      if (!worker && performance.now() - started > START_AGAIN) start()
      if (!worker || unconfirmed.size >= MOST_UNCONFIRMED) return keep(events)
      parcel += 1
      try {
        worker.postMessage({ kind: 'events', parcel, events } satisfies ToThread)
        unconfirmed.set(parcel, events)
      } catch {
        // One of them holds what no thread can be handed; the guard finds out which.
        keep(events)
      }
    },
    close: async (patience) => {
      const last = worker
      if (!last) return
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience)
      })
      const end = new Promise<void>((resolve) => {
        ended = resolve
      })
      last.postMessage({ kind: 'close' } satisfies ToThread)
      // Beside the last parcel none waits but with a thread that is stuck: then it is written while there is time.
      if (unconfirmed.size > 1) keepAll()
      await Promise.race([end, deadline])
      // A thread that waits for the system's resolver can't be ended before that answers.
      await Promise.race([last.terminate(), deadline])
      clearTimeout(timer)
      // Its exit is not reported to a host that ends now.
      keepAll()
    },
  }
}

function tryWorker(data: ThreadData): Worker | undefined {
  const file = courierFile('courier-thread')
  if (!file) return undefined
  try {
    return new Worker(file, {
      workerData: data,
      // Nothing of the host's environment or flags concerns the courier, and nothing it prints the host.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      // A full outbox takes a few; V8 lets garbage grow to what it may, for a thread that does so little.
      resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 2 },
    })
  } catch {
    return undefined
  }
}

/**
 * Writes to the outbox, on the thread that answers: no more than it holds. What the thread had written after all is
 * only written over, for the same event has the same name; but for one that tells of dropped ones, which comes twice.
 */
function keeperOf({ job }: ThreadData): (events: readonly StoredEvent[]) => void {
  const ask = standingConsentOf(job)
  let opened: Outbox | undefined
  return (events) => {
    if (events.length === 0 || !mayKeep(ask())) return
    opened ??= openOutbox(
      placesOf(job.product, job.home, job.destination).outbox,
      createGuard(catalogueOf(job.product.versionProperty, job.extras)),
    )
    const fresh = events.slice(-OUTBOX_LIMITS.events)
    opened.countLost(events.length - fresh.length + opened.putAll(fresh).length)
  }
}
