// First of all, see there.
import { job } from './begin-courier.ts'
import { LAST_WORDS, runCourier } from './courier.ts'

/** How long a courier process waits for more events, in milliseconds. */
const LINGER = 3_000
/**
 * How long it leaves an event to others that may follow, in milliseconds: a command is over by then and needs its
 * processor no more, and a loop of them sends a few times a second.
 */
const GATHER = 250
/** How long it sends at most, in milliseconds, whatever the server does. */
const LIFE = 60_000
/** Towards the end of a life, in milliseconds, nothing is waited for any more: what there is goes out before its last words. */
const EVENING = 5_000

if (job) {
  const hurry = new AbortController()
  // However often it is told: a request that is broken off is sent again by the next courier.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => hurry.abort())
  setTimeout(() => hurry.abort(), LIFE - LAST_WORDS - EVENING).unref()
  // Not by `process.exit`, which waits for a thread that asks the system's resolver, for as long as that is silent.
  const end = () => process.kill(process.pid, 'SIGKILL')
  // The last resort, should anything hold on to the process that knows of no signal.
  setTimeout(end, LIFE + LAST_WORDS).unref()
  const terms = {
    firstWait: job.early ? LIFE : LINGER,
    linger: LINGER,
    gather: job.awaited ? 0 : GATHER,
    hurry: hurry.signal,
    enough: AbortSignal.timeout(LIFE - LAST_WORDS),
    stop: AbortSignal.timeout(LIFE),
  }
  // Nobody reads what a courier prints, and nobody asks for its exit code: the outbox and its state say it all.
  runCourier(job, terms).then(end, end)
}
