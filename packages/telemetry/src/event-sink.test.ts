import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { guard, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { placesOfJob } from './courier-job.ts'
import { openEventSink } from './event-sink.ts'
import { openOutbox } from './outbox.ts'
import { OUTBOX_LIMITS } from './outbox-caps.ts'

/** Where a server without a thread leaves its events, on a disk that takes neither these nor their number. */
function onFullDisk() {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const job = { product: visivo, home, destination, extras: {}, projectDirectory: home }
  const places = placesOfJob(job)
  const dropped = join(places.destination, 'dropped')
  mkdirSync(dropped, { recursive: true })
  writeFileSync(places.outbox, 'in the way')
  return {
    home,
    sink: openEventSink(job, () => {}),
    outbox: openOutbox(places.outbox, guard),
    hasRoom: () => [places.outbox, dropped].forEach((path) => void rmSync(path, { recursive: true })),
  }
}

/** What the next event tells. */
function toldBy(outbox: ReturnType<typeof openOutbox>): readonly unknown[] {
  outbox.put(sampleEvent())
  return outbox.waiting().map((name) => outbox.read(name)?.properties.dropped_events)
}

test('requests that a full disk did not take are told of when the server has ended and there is room', async () => {
  const { sink, outbox, hasRoom } = onFullDisk()
  sink.take([sampleEvent(), sampleEvent()])
  sink.take([sampleEvent()])
  hasRoom()
  await sink.close(0)
  expect(toldBy(outbox)).toEqual([3])
})

test('of more requests than may wait, the first are left out, as of all that waits, and told of', async () => {
  const { sink, outbox, hasRoom } = onFullDisk()
  hasRoom()
  const events = Array.from({ length: OUTBOX_LIMITS.events + 5 }, () => sampleEvent())
  sink.keep(events)
  await sink.close(0)
  const uuids = outbox.waiting().map((name) => outbox.read(name)?.uuid)
  expect(uuids.sort()).toEqual(
    events
      .slice(5)
      .map(({ uuid }) => uuid)
      .sort(),
  )
  expect(toldBy(outbox).filter((count) => count !== undefined)).toEqual([5])
})

test('who opts out on a full disk is left no number of what it did not take', async () => {
  const { home, sink, outbox, hasRoom } = onFullDisk()
  sink.take([sampleEvent()])
  hasRoom()
  writeFileSync(join(home, '.visivo', 'config.yml'), 'telemetry_enabled: false\n')
  await sink.close(0)
  expect(toldBy(outbox)).toEqual([undefined])
})
