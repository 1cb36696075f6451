import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { guard, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { runCourier } from './courier.ts'
import { isCourierAlive } from './courier-lock.ts'
import { catalogueOf } from './events.ts'
import { createGuard } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { startReceiver } from './testing/receiver.ts'

test('what waits for a destination that is configured no more goes after its days, though nobody sends there', async () => {
  const home = temporaryDirectory()
  const abandoned = placesOf(visivo, home, { host: 'http://127.0.0.1:1', apiKey: 'phc_old' }).outbox
  const longAgo = Date.now() - 20 * 86_400_000
  // The newer one first: what is too old goes with the next that is recorded.
  const then = openOutbox(abandoned, guard, () => longAgo)
  then.put(sampleEvent())
  then.put(sampleEvent(longAgo))
  const never = new AbortController().signal
  const terms = { firstWait: 0, linger: 0, gather: 0, hurry: never, stop: never }
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_new' }
  const waiting = () => openOutbox(abandoned, guard).waiting().length
  const before = waiting()
  expect(await runCourier({ product: visivo, home, destination, extras: {} }, terms)).toEqual({
    kind: 'done',
  })
  expect([before, waiting()]).toEqual([2, 1])
})

test('a courier that stays makes way for one that can read what it can not', async () => {
  const { receiver, job, terms, ours, bakers } = await beside()
  ours.put(sampleEvent())
  expect(await runCourier(job, terms)).toEqual({ kind: 'done' })
  expect([receiver.events.length, bakers.waiting().length]).toEqual([1, 1])
})

test('but not while anything of its own is left that it can not remove: begun anew, it would send that again', async () => {
  const { job, terms, ours, hurry, places } = await beside()
  ours.put(sampleEvent())
  const [own = ''] = ours.waiting().filter(ours.isOurs)
  // No file, so that it is not removed either.
  rmSync(join(places.outbox, own))
  mkdirSync(join(places.outbox, own))
  const running = runCourier(job, terms)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isCourierAlive(places.destination)).toBe(true)
  hurry.abort()
  expect(await running).toEqual({ kind: 'done' })
})

/** A courier that stays, and is to make way at once, beside an event of a catalogue that it does not know. */
async function beside() {
  const home = temporaryDirectory()
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const destination = { host: receiver.url, apiKey: 'phc_test' }
  const places = placesOf(visivo, home, destination)
  const cake = { when: 'A cake was baked.', properties: {} }
  const bakers = openOutbox(places.outbox, createGuard(catalogueOf(visivo.versionProperty, { cake })))
  bakers.put(sampleEvent())
  const hurry = new AbortController()
  const stop = new AbortController().signal
  const forever = Number.POSITIVE_INFINITY
  const terms = { firstWait: forever, linger: forever, turn: 0, gather: 0, hurry: hurry.signal, stop }
  const job = { product: visivo, home, destination, extras: {} }
  return { receiver, places, ours: openOutbox(places.outbox, guard), bakers, hurry, terms, job }
}
