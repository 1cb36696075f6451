import { EventEmitter, once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { placesOfJob } from '../src/courier-job.ts'
import { openOutbox } from '../src/outbox.ts'
import { bundleSource } from './bundle.ts'
import { guard, sampleEvent, temporaryDirectory } from './samples.ts'

/** A job in a home of its own, and a source of the package with this in place of the courier thread. */
async function withThread(name: string, code: string) {
  const home = temporaryDirectory()
  const built = await bundleSource({ root: home }, name)
  writeFileSync(join(dirname(built), 'courier-thread.js'), code)
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const job = { product: visivo, home, destination, extras: {}, projectDirectory: home }
  return { job, module: await import(pathToFileURL(built).href) }
}

test('a courier thread that dies at once costs a server no more than one in ten seconds', async () => {
  const starts = join(temporaryDirectory(), 'starts')
  const { job, module } = await withThread(
    'start-thread',
    `(await import('node:fs')).appendFileSync(${JSON.stringify(starts)}, '1')
     throw new Error('out of memory')\n`,
  )
  const { startThread }: typeof import('../src/start-thread.ts') = module
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const deaths = new EventEmitter()
  const dealtWith = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const thread = startThread({ job, dealtWith }, { off: () => {}, gone: () => void deaths.emit('one') })
  await once(deaths, 'one')
  vi.advanceTimersByTime(10_000)
  expect(thread.worker()).toBeUndefined()
  vi.advanceTimersByTime(1)
  expect(thread.worker()).toBeDefined()
  await once(deaths, 'one')
  expect([thread.worker(), readFileSync(starts, 'utf8')]).toEqual([undefined, '11'])
})

test('of what a server counts beside a thread that is stuck, no more than twenty parcels are only in memory', async () => {
  const { job, module } = await withThread('event-sink', 'setInterval(() => {}, 1_000)\n')
  const { openEventSink }: typeof import('../src/event-sink.ts') = module
  const outbox = openOutbox(placesOfJob(job).outbox, guard)
  const sink = openEventSink(job, () => {})
  const waits = Array.from({ length: 22 }, () => {
    sink.take([sampleEvent()])
    return outbox.waiting().length
  })
  expect(waits).toEqual([...Array(20).fill(0), 1, 2])
  await sink.close(0)
  expect(outbox.waiting()).toHaveLength(22)
})

test('requests that a server counts beside one that no thread can be handed are kept', async () => {
  const { job, module } = await withThread('event-sink', 'setInterval(() => {}, 1_000)\n')
  const { openEventSink }: typeof import('../src/event-sink.ts') = module
  const outbox = openOutbox(placesOfJob(job).outbox, guard)
  const sink = openEventSink(job, () => {})
  const event = sampleEvent()
  const odd = { ...sampleEvent(), properties: { ...event.properties, status_code: () => 200 } }
  sink.take([odd, event])
  expect(outbox.waiting().map((name) => outbox.read(name)?.uuid)).toEqual([event.uuid])
  await sink.close(0)
})
