import { expect, onTestFinished, test } from 'vitest'
import { startReceiver } from './receiver.ts'

test('who waits without an end is not told at once that nothing came', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const received = receiver.received(1, Number.POSITIVE_INFINITY)
  const event = { event: 'baked', uuid: '1' }
  await fetch(`${receiver.url}/batch/`, { method: 'POST', body: JSON.stringify({ batch: [event] }) })
  expect(await received).toEqual([event])
})
