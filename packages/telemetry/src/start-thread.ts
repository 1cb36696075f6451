import { Worker, type WorkerOptions } from 'node:worker_threads'
import { attempt } from './attempt.ts'
import { readOwn } from './own-file.ts'
import { mayKeep, type StandingConsent } from './standing-consent.ts'
import { courierFile } from './start-courier.ts'
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts'

/** A thread that died is followed by another when one is asked for, but not sooner, in milliseconds after its start. */
const START_AGAIN = 10_000

/** What is called as it is heard of the courier thread. */
export interface ThreadListener {
  /** It finds telemetry off; over and over, while that is so. */
  off(): void
  /** It is dead: what it has not dealt with, it may not have read. */
  gone(): void
}

/** The courier thread of a server, and the next one where it died. */
export interface CourierThread {
  /** What it said last of the opt-outs; `on` while there is none to ask. */
  consent(): StandingConsent
  /** The one that is alive, or none. */
  worker(): { postMessage(message: ToThread): void } | undefined
  /** Lets it deliver what it can, and ends it, within `patience` milliseconds. */
  end(patience: number): Promise<void>
}

/** Starts the courier thread, if one can be had: not in a bundle without its file, nor in some sandboxes. */
export function startThread(data: ThreadData, listener: ThreadListener): CourierThread {
  let consent: StandingConsent = 'on'
  let worker: Worker | undefined
  let started = 0
  let ended = () => {}
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
      listener.gone()
      ended()
    }
    fresh?.on('message', (message: FromThread) => {
      // A busy host may hear of a thread's death before it hears what the thread said last.
      if (worker !== fresh) return
      if (message.kind === 'recording') {
        consent = message.consent
        if (!mayKeep(consent)) listener.off()
      } else ended()
    })
    fresh?.on('error', gone)
    fresh?.on('exit', gone)
    fresh?.unref()
  }
  start()

  return {
    consent: () => consent,
    worker: () => {
      if (!worker && performance.now() - started > START_AGAIN) start()
      return worker
    },
    end: async (patience) => {
      const last = worker
      if (!last) return
      const saidSo = new Promise<void>((resolve) => {
        ended = resolve
      })
      last.postMessage({ kind: 'close' } satisfies ToThread)
      await endWithin(patience, saidSo, last)
    },
  }
}

/** Until a thread said that it is done, and is; after `patience` milliseconds in any case. */
async function endWithin(patience: number, saidSo: Promise<void>, thread: Worker): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([saidSo, deadline])
  // A thread that waits for the system's resolver can't be ended before that answers.
  await Promise.race([thread.terminate(), deadline])
  clearTimeout(timer)
}

function tryWorker(data: ThreadData): Worker | undefined {
  const file = courierFile('courier-thread')
  const options: WorkerOptions = {
    workerData: data,
    // Nothing of the host's environment or flags concerns the courier, and nothing it prints the host.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    // A full outbox takes a few; V8 lets garbage grow to what it may, for a thread that does so little.
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 2 },
  }
  return file === undefined || !hasRoom() ? undefined : attempt(() => new Worker(file, options))
}

/**
 * What a thread takes of what a process may be limited to, and half as much again, in kilobytes: the address space that V8
 * reserves for it, and the memory that is its own.
 */
const ROOMS = [
  { limit: /^Max address space\s+(\d+)/m, used: /^VmSize:\s+(\d+)/m, room: () => 1_300_000 },
  { limit: /^Max data size\s+(\d+)/m, used: /^VmData:\s+(\d+)/m, room: roomOfData },
] as const

/**
 * Whether a thread can be started here and does no harm: V8 ends the whole process where it is not given what it wants, as
 * below a limit on address space (`ulimit -v`) or on data (`ulimit -d`). Only Linux tells both.
 */
function hasRoom(): boolean {
  return ROOMS.every(({ limit, used, room }) => {
    const most = numberIn('/proc/self/limits', limit)
    const now = numberIn('/proc/self/status', used)
    return most === undefined || now === undefined || most / 1_024 - now > room()
  })
}

/** From V8 13 on, that of Node 24, what is reserved for the code of a thread counts as its data: 540 MB, and not 14. */
function roomOfData(): number {
  return Number.parseInt(process.versions.v8, 10) < 13 ? 30_000 : 810_000
}

function numberIn(path: string, line: RegExp): number | undefined {
  const [, digits] = line.exec(attempt(() => readOwn(path)) ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}
