import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Misbehaviour, type Receiver, startReceiver } from './receiver.ts'

const event = { event: 'baked', uuid: '1' }
const other = { event: 'eaten', uuid: '2' }

async function receiving(): Promise<Receiver> {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  return receiver
}

function post(receiver: Receiver, batch: readonly unknown[], path = '/batch/'): Promise<Response> {
  return fetch(`${receiver.url}${path}`, { method: 'POST', body: JSON.stringify({ batch }) })
}

test('who waits without an end is not told at once that nothing came', async () => {
  const receiver = await receiving()
  const received = receiver.received(1, Number.POSITIVE_INFINITY)
  await post(receiver, [event])
  expect(await received).toEqual([event])
})

test('an event that arrives twice is there twice, and is one of those that are waited for', async () => {
  const receiver = await receiving()
  await post(receiver, [event, event])
  await expect(receiver.received(2, 0)).rejects.toThrow('no 2 events in 0 ms; got 2 in 1 requests')
  await post(receiver, [other])
  expect(await receiver.received(2)).toEqual([event, event, other])
})

test('a test is not kept alive by what it does not wait for any more', async () => {
  const receiver = await receiving()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await Promise.all([receiver.received(0), receiver.requested(0)])
  expect(vi.getTimerCount()).toBe(0)
})

test('what it got is forgotten when it is told to', async () => {
  const receiver = await receiving()
  await post(receiver, [event])
  expect([receiver.events.length, receiver.bodies.length, receiver.connections]).toEqual([1, 1, 1])
  receiver.clear()
  expect([receiver.events.length, receiver.bodies.length, receiver.connections]).toEqual([0, 0, 0])
})

test('it closes beside a client that waits for its answer, and once more', async () => {
  const receiver = await receiving()
  receiver.misbehave({ instead: 'silence' })
  const answer = post(receiver, [event]).catch(() => 'cut off')
  await receiver.requested(1)
  await receiver.close()
  await receiver.close()
  expect(await answer).toBe('cut off')
})

test('a client that leaves in the middle of a batch costs the next one nothing', async () => {
  const receiver = await receiving()
  const client = connect(Number(new URL(receiver.url).port), '127.0.0.1')
  client.write('POST /batch/ HTTP/1.1\r\nHost: cake\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n')
  // It has read what there is of it.
  await once(client, 'data')
  client.destroy()
  await post(receiver, [event])
  expect(await receiver.received(1)).toEqual([event])
})

test.each<[string, Misbehaviour, readonly number[], readonly unknown[]]>([
  ['by itself', {}, [200, 200], [event, other]],
  ['which refuses', { status: 503 }, [503, 503], []],
  ['which sends them elsewhere', { status: 302 }, [302, 302], []],
  ['which refuses the first', { status: 503, requests: 1 }, [503, 200], [other]],
  [
    'which refuses those with a certain event',
    { status: 503, towards: (batch) => batch.some(({ uuid }) => uuid === '2') },
    [200, 503],
    [event],
  ],
  ['which takes what it refuses', { status: 503, keeps: true }, [503, 503], [event, other]],
  ['which takes what it takes', { keeps: true }, [200, 200], [event, other]],
])('of two batches a receiver %s has got what counts as received', async (_sentence, how, statuses, got) => {
  const receiver = await receiving()
  receiver.misbehave({ ...how, headers: { 'retry-after': '7' } })
  const answers = [await post(receiver, [event]), await post(receiver, [other])]
  expect(answers.map(({ status }) => status)).toEqual(statuses)
  expect(answers[0]?.headers.get('retry-after')).toBe(how.towards ? null : '7')
  expect([receiver.events, receiver.bodies.length]).toEqual([got, 2])
})

test('what is no batch is refused, and counts as no event', async () => {
  const receiver = await receiving()
  const answers = [
    await post(receiver, [event], '/elsewhere'),
    await fetch(`${receiver.url}/batch/`, { method: 'PUT', body: JSON.stringify({ batch: [event] }) }),
    await fetch(`${receiver.url}/batch/`, { method: 'POST', body: 'cake' }),
    await fetch(`${receiver.url}/batch/`, { method: 'POST', body: '{"batch":"cake"}' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400])
  expect([receiver.events, receiver.bodies.length]).toEqual([[], 4])
})
