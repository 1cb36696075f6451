import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { runCourier } from './courier.ts'
import { guardOfJob, placesOfJob } from './courier-job.ts'
import type { StoredEvent } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { keepIn, type StandingConsent, standingConsentOf } from './standing-consent.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** How often an opt-out is looked for, in milliseconds: whatever the courier is busy with, a server must hear of it. */
const LOOK = 1_000
/** What is left of a server's two seconds for a last delivery, in milliseconds. */
const LAST_DELIVERY = 1_300

const { job, dealtWith } = workerData as ThreadData
const askStanding = standingConsentOf(job)
const outbox = openOutbox(placesOfJob(job).outbox, guardOfJob(job))
/** What the server has handed over and the disk did not take, by parcel. */
const unwritten = new Map<number, readonly StoredEvent[]>()
const hurry = new AbortController()
const stop = new AbortController()

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'close') {
    hurry.abort()
    setTimeout(() => stop.abort(), LAST_DELIVERY)
  } else {
    unwritten.set(message.parcel, message.events)
    keep()
  }
})

/** Writes what is not written yet. A disk that is full or out of reach now may not be so a second later. */
function keep(): void {
  for (const [parcel, events] of unwritten) {
    const left = keepIn(outbox, ask, events) ?? []
    unwritten.set(parcel, left)
    // What is dealt with is not written by the server.
    if (left.length > 0) return
    unwritten.delete(parcel)
    Atomics.store(dealtWith, 0, parcel)
  }
}

/** The courier's work goes on for as long as the server does; where another courier is at work, that one sends. */
async function serve(): Promise<void> {
  const terms = {
    firstWait: Number.POSITIVE_INFINITY,
    linger: Number.POSITIVE_INFINITY,
    // The server has gathered them.
    gather: 0,
    hurry: hurry.signal,
    stop: stop.signal,
  }
  const look = setInterval(() => {
    say({ kind: 'recording', consent: ask() })
    keep()
  }, LOOK)
  let isLast = false
  do {
    // Once more at the end: who sent for this server until now may have ended before it, as in a cluster that is stopped.
    isLast = hurry.signal.aborted
    if (ask() === 'on') await runCourier(job, terms).catch(() => undefined)
    await sleep(LOOK, undefined, { signal: hurry.signal }).catch(() => undefined)
  } while (!isLast && !stop.signal.aborted)
  clearInterval(look)
  say({ kind: 'closed' })
}

function ask(): StandingConsent {
  const consent = askStanding()
  if (consent === 'off-for-good') outbox.clear()
  return consent
}

function say(message: FromThread): void {
  parentPort?.postMessage(message)
}

await serve()
