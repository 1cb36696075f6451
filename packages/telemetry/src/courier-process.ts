import { runCourier } from './courier.ts'
import { type CourierJob, JOB_VARIABLE } from './courier-job.ts'

/** In milliseconds: what a courier process waits for more, and what it lives at most, whatever the server does. */
const LINGER = 3_000
const LIFE = 60_000

const text = process.env[JOB_VARIABLE]
if (text) {
  const job = JSON.parse(text) as CourierJob
  const hurry = new AbortController()
  process.once('SIGTERM', () => hurry.abort())
  const terms = {
    firstWait: job.early ? LIFE : LINGER,
    linger: LINGER,
    hurry: hurry.signal,
    stop: AbortSignal.timeout(LIFE),
  }
  // Nobody reads what a courier prints, and nobody asks for its exit code: the outbox and its state say it all.
  runCourier(job, terms).then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
