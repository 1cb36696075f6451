import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { type CourierJob, guardOfJob, placesOfJob } from '../src/courier-job.ts'
import { claimCourierLock, holdCourierLock, isCourierAlive } from '../src/courier-lock.ts'
import { readCourierState } from '../src/courier-state.ts'
import { makePlace } from '../src/make-place.ts'
import { startReceiver } from '../src/testing.ts'
import { BUILT_THREAD } from './bundle.ts'
import { sampleEvent, temporaryDirectory } from './samples.ts'

test('the last requests of a process are sent when the one that sent for it has ended before, as in a cluster', async () => {
  const { job, places, receiver } = await jobOf()
  makePlace('outbox', places.outbox)
  const edition = guardOfJob(job).edition()
  const number = claimCourierLock(places.destination, edition)
  const other = number && holdCourierLock(places.destination, edition, number)
  const { thread, dealtWith, ended } = startThread(job)
  thread.postMessage({ kind: 'events', parcel: 1, events: [sampleEvent()] })
  await expect.poll(() => Atomics.load(dealtWith, 0)).toBe(1)
  if (other) other.release()
  thread.postMessage({ kind: 'close' })
  await ended
  expect(other).toBeTruthy()
  expect(receiver.events).toHaveLength(1)
})

test('a server is closed while PostHog hangs: its thread breaks off the request, and leaves the rest to others at once', async () => {
  const { job, places, receiver } = await jobOf()
  receiver.misbehave({ instead: 'silence' })
  const { thread, ended } = startThread(job)
  thread.postMessage({ kind: 'events', parcel: 1, events: [sampleEvent()] })
  await receiver.requested(1)
  thread.postMessage({ kind: 'close' })
  await ended
  // By the request's own deadline it would have failed, and a server that waits no longer would have left a lock.
  const { failures } = readCourierState(places.state)
  expect([failures, isCourierAlive(places.destination)]).toEqual([0, false])
})

/** The job of a server in a home and for a PostHog of its own. */
async function jobOf() {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const home = temporaryDirectory()
  const destination = { host: receiver.url, apiKey: 'phc_test' }
  const job = { product: visivo, home, destination, extras: {}, projectDirectory: home }
  return { job, places: placesOfJob(job), receiver }
}

/** Starts the courier thread as it is built; it is ended when it says that it is done. */
function startThread(job: CourierJob) {
  const dealtWith = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const thread = new Worker(BUILT_THREAD, { workerData: { job, dealtWith } })
  onTestFinished(async () => void (await thread.terminate()))
  thread.on('message', ({ kind }) => void (kind === 'closed' && thread.terminate()))
  return { thread, dealtWith, ended: once(thread, 'exit') }
}
