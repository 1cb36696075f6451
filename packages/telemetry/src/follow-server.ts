import { Worker } from 'node:worker_threads'
import { projectHash } from '@visivo/hash'
import { safeHex16 } from '@visivo/sanitize'
import type { RunFacts } from './assemble.ts'
import type { Where } from './consent.ts'
import type { CourierJob } from './courier-job.ts'
import { catalogueOf } from './events.ts'
import { createGuard } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { requestEvent } from './request-events.ts'
import { createRequestMeter, type RequestFacts, type RequestSum } from './request-meter.ts'
import { courierFile } from './start-courier.ts'
import type { Telemetry } from './telemetry.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** How often single requests and sums are handed to the courier, in milliseconds. */
const SINGLES_EVERY = 1_000
const SUMS_EVERY = 10_000
/** What `close` takes at most, in milliseconds. */
const LONGEST_CLOSE = 2_000

/** A server that is followed. */
export interface FollowedServer {
  /** Counts a request that was answered: an addition in memory, nothing else on this thread. */
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

/** Follows a server from here to its end. With telemetry off it does nothing at all. Never throws. */
export function followServer(telemetry: Telemetry, facts: ServerFacts = {}): FollowedServer {
  const where = facts.where ?? {}
  const consent = telemetry.consent(where)
  if (!consent.recording) return { request: () => {}, close: async () => {} }
  if (telemetry.world.debug) return showRequests(telemetry, facts)
  const job: CourierJob = {
    ...telemetry.courierJob(consent.destination),
    ...(where.projectDirectory === undefined ? {} : { projectDirectory: where.projectDirectory }),
  }
  const run: RunFacts = { id: telemetry.machineId(consent.destination), metadata: telemetry.metadata }
  const hash = projectHash(facts.projectName, telemetry.world.product.salt)
  return follow({ job, run, projectHash: hash })
}

/** In debug mode every request is shown as it is answered, and none is kept. */
function showRequests(telemetry: Telemetry, { projectName, where }: ServerFacts): FollowedServer {
  const hash = safeHex16(projectHash(projectName, telemetry.world.product.salt) ?? '')
  return {
    request: ({ endpoint, method, statusCode, durationMs }) =>
      telemetry.record(
        'api_request',
        {
          endpoint,
          method,
          status_code: statusCode,
          duration_ms: Math.round(durationMs),
          request_count: 1,
          ...(hash === undefined ? {} : { project_hash: hash }),
        },
        where,
      ),
    close: async () => {},
  }
}

function follow(data: ThreadData): FollowedServer {
  const meter = createRequestMeter()
  let wanted = true
  let closing: Promise<void> | undefined
  const thread = startThread(data, (message) => {
    if (message.kind === 'recording') wanted = message.wanted
  })
  const hand = (requests: readonly RequestSum[]) => {
    if (!wanted || requests.length === 0) return
    if (thread.isAlive()) thread.say({ kind: 'requests', requests })
    else keep(data, requests)
  }
  const handSingles = setInterval(() => hand(meter.takeSingles()), SINGLES_EVERY).unref()
  const handSums = setInterval(() => hand(meter.takeSums()), SUMS_EVERY).unref()
  const handAll = () => hand([...meter.takeSingles(), ...meter.takeSums()])
  // A host that ends without `close` still leaves what it counted; a thread hears nothing any more by then.
  const atExit = () => keep(data, wanted ? [...meter.takeSingles(), ...meter.takeSums()] : [])
  process.once('exit', atExit)

  return {
    request: (request) => {
      if (wanted && !closing) meter.count(request)
    },
    close: () => {
      closing ??= (async () => {
        clearInterval(handSingles)
        clearInterval(handSums)
        process.off('exit', atExit)
        handAll()
        await thread.close(LONGEST_CLOSE)
      })()
      return closing
    },
  }
}

interface Thread {
  isAlive(): boolean
  say(message: ToThread): void
  close(patience: number): Promise<void>
}

/** Where no thread can be had (a bundle, a sandbox), the server's own thread writes to the outbox instead. */
function startThread(data: ThreadData, hear: (message: FromThread) => void): Thread {
  let alive = true
  let closed = () => {}
  const ended = new Promise<void>((resolve) => {
    closed = () => {
      alive = false
      resolve()
    }
  })
  const worker = tryWorker(data)
  if (!worker) return { isAlive: () => false, say: () => {}, close: async () => {} }
  worker.on('message', (message: FromThread) => (message.kind === 'closed' ? closed() : hear(message)))
  worker.on('error', closed)
  worker.on('exit', closed)
  worker.unref()
  return {
    isAlive: () => alive,
    say: (message) => worker.postMessage(message),
    close: async (patience) => {
      if (!alive) return
      worker.postMessage({ kind: 'close' } satisfies ToThread)
      const timer = setTimeout(closed, patience)
      await ended
      clearTimeout(timer)
      await worker.terminate()
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
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    })
  } catch {
    return undefined
  }
}

function keep({ job, run, projectHash }: ThreadData, requests: readonly RequestSum[]): void {
  if (requests.length === 0) return
  const guard = createGuard(catalogueOf(job.product.versionProperty, job.extras))
  const outbox = openOutbox(placesOf(job.product, job.home, job.destination).outbox, guard)
  for (const request of requests) outbox.put(requestEvent(run, projectHash, request))
}
