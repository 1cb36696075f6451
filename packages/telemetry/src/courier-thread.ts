import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { runCourier } from './courier.ts'
import { catalogueOf } from './events.ts'
import { createGuard } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { requestEvent } from './request-events.ts'
import { standingConsent } from './standing-consent.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** How often an opt-out is looked for while no courier of ours is at work, in milliseconds. */
const LOOK = 1_000
/** What is left of a server's two seconds for a last delivery, in milliseconds. */
const LAST_DELIVERY = 1_500

const { job, run, projectHash } = workerData as ThreadData
const guard = createGuard(catalogueOf(job.product.versionProperty, job.extras))
const outbox = openOutbox(placesOf(job.product, job.home, job.destination).outbox, guard)
const hurry = new AbortController()
const stop = new AbortController()
let wanted = true

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'close') {
    hurry.abort()
    setTimeout(() => stop.abort(), LAST_DELIVERY)
  } else if (wanted) {
    for (const request of message.requests) outbox.put(requestEvent(run, projectHash, request))
  }
})

/** The courier's work goes on for as long as the server does; where another courier is at work, that one sends. */
async function serve(): Promise<void> {
  const terms = {
    firstWait: Number.POSITIVE_INFINITY,
    linger: Number.POSITIVE_INFINITY,
    hurry: hurry.signal,
    stop: stop.signal,
  }
  do {
    wanted = standingConsent(job) === 'on'
    say({ kind: 'recording', wanted })
    if (wanted) await runCourier(job, terms).catch(() => undefined)
    await sleep(LOOK, undefined, { signal: hurry.signal }).catch(() => undefined)
  } while (!hurry.signal.aborted)
  say({ kind: 'closed' })
}

function say(message: FromThread): void {
  parentPort?.postMessage(message)
}

await serve()
