import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunFacts } from './assemble.ts'
import type { Where } from './consent.ts'
import { type CourierJob, jobAt } from './courier-job.ts'
import { openEventSink } from './event-sink.ts'
import type { StoredEvent } from './guard.ts'
import { makeListenerRoom } from './listener-room.ts'
import { pseudonymOf } from './project-pseudonym.ts'
import { requestEvent, requestProperties } from './request-events.ts'
import { createRequestMeter, durationOf, type RequestFacts, type RequestSum } from './request-meter.ts'
import type { Telemetry } from './telemetry.ts'

/** How often single requests and sums are handed to the courier, in milliseconds. */
const SINGLES_EVERY = 1_000
const SUMS_EVERY = 10_000
/** What `close` waits at most, in milliseconds; then it writes down what is left, within its two seconds. */
const LONGEST_CLOSE = 1_500

/** A server that is followed. */
export interface FollowedServer {
  /** Set when nothing is counted, as with telemetry off: then an integration listens to nothing and marks nothing. */
  readonly isOff?: true
  /** Counts a request that was answered: an addition in memory, nothing else on this thread. Never throws. */
  request(request: RequestFacts): void
  /** Hands over what was counted and ends the courier, within two seconds. What is not sent by then waits on disk. */
  close(): Promise<void>
}

/** Which project a server serves. */
export interface ServerFacts {
  /** Only its pseudonym is collected. */
  readonly projectName?: string | undefined
  readonly where?: Where
}

const UNFOLLOWED: FollowedServer = { isOff: true, request: () => {}, close: async () => {} }

/** Follows a server from here to its end. With telemetry off it does nothing at all. Never throws. */
export function followServer(telemetry: Telemetry, facts: ServerFacts = {}): FollowedServer {
  try {
    if (telemetry.world.debug) return showRequests(telemetry, facts)
    const where = facts.where ?? {}
    const consent = telemetry.consent(where)
    if (!consent.recording) return UNFOLLOWED
    const job = jobAt(telemetry.courierJob(consent.destination), where)
    const id = telemetry.machineId(consent.destination)
    if (id === '') return UNFOLLOWED
    const run: RunFacts = { id, metadata: telemetry.metadata }
    const hash = pseudonymOf(telemetry, facts.projectName)
    return follow(job, (request) => requestEvent(run, hash, request))
  } catch {
    // A system without threads, a disk that fails: the server goes on unfollowed.
    return UNFOLLOWED
  }
}

/** In debug mode every request is shown as it is answered, or why it would not be sent, and none is kept. */
function showRequests(telemetry: Telemetry, facts: ServerFacts): FollowedServer {
  const hash = pseudonymOf(telemetry, facts.projectName)
  return {
    request: (request) =>
      telemetry.record(
        'api_request',
        () => requestProperties(hash, { ...request, durationMs: durationOf(request), count: 1 }),
        facts.where,
      ),
    close: async () => {},
  }
}

function follow(job: CourierJob, toEvent: (request: RequestSum) => StoredEvent): FollowedServer {
  const meter = createRequestMeter()
  const takeAll = () => [...meter.takeSingles(), ...meter.takeSums()]
  // What was counted until an opt-out was heard of goes with it, also where telemetry is on again before it is due.
  const sink = openEventSink(job, () => hand(takeAll))
  let closing: Promise<void> | undefined
  let isOver = false
  const hand = (take: () => readonly RequestSum[], to = sink.take) => {
    try {
      // Taken in any case, and let go of with telemetry off.
      const requests = take()
      if (requests.length > 0 && sink.isTaken()) to(requests.map(toEvent))
    } catch {
      // Nothing that fails here is the host's business.
    }
  }
  const handSingles = every(SINGLES_EVERY, () => hand(meter.takeSingles))
  const handSums = every(SUMS_EVERY, () => hand(meter.takeSums))
  // A host that ends without `close`, or in the middle of it, still leaves what it counted: its thread is
  // dead before it has read what it was handed last.
  const atExit = () => {
    hand(takeAll, sink.keep)
    sink.keepAll()
  }
  const removeRoom = makeListenerRoom()
  process.once('exit', atExit)

  return {
    request: (request) => {
      try {
        if (sink.isWanted() && !isOver) meter.count(request)
      } catch {
        // What can't be counted isn't.
      }
    },
    close: () => {
      closing ??= (async () => {
        // A server says that it is closed before the connections that were cut off tell their responses so, which they
        // do at the end of this turn of the event loop.
        await nextTurn()
        await nextTurn()
        isOver = true
        clearInterval(handSingles)
        clearInterval(handSums)
        hand(takeAll)
        await sink.close(LONGEST_CLOSE)
        process.off('exit', atExit)
        removeRoom()
      })()
      return closing
    },
  }
}

/** Does it over and over, and keeps no process alive. */
function every(milliseconds: number, work: () => void): NodeJS.Timeout {
  const timer = setInterval(work, milliseconds)
  // In a test that plays a browser it is a number.
  timer.unref?.()
  return timer
}
