import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { guardOfJob, placesOfJob } from '../src/courier-job.ts'
import { claimCourierLock, holdCourierLock } from '../src/courier-lock.ts'
import { makePlace } from '../src/make-place.ts'
import { startReceiver } from '../src/testing.ts'
import { BUILT_THREAD } from './bundle.ts'
import { sampleEvent, temporaryDirectory } from './samples.ts'

test('the last requests of a process are sent when the one that sent for it has ended before, as in a cluster', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const home = temporaryDirectory()
  const destination = { host: receiver.url, apiKey: 'phc_test' }
  const job = { product: visivo, home, destination, extras: {}, projectDirectory: home }
  const places = placesOfJob(job)
  makePlace('outbox', places.outbox)
  const edition = guardOfJob(job).edition()
  const number = claimCourierLock(places.destination, edition)
  const other = number && holdCourierLock(places.destination, edition, number)
  const dealtWith = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const thread = new Worker(BUILT_THREAD, { workerData: { job, dealtWith } })
  const ended = once(thread, 'exit')
  thread.postMessage({ kind: 'events', parcel: 1, events: [sampleEvent()] })
  await expect.poll(() => Atomics.load(dealtWith, 0)).toBe(1)
  if (other) other.release()
  thread.on('message', ({ kind }) => void (kind === 'closed' && thread.terminate()))
  thread.postMessage({ kind: 'close' })
  await ended
  expect(other).toBeTruthy()
  expect(receiver.events).toHaveLength(1)
})
