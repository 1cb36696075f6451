import { visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { guard, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { runCourier } from './courier.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'

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
