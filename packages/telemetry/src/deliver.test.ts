import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Carrier, deliver } from './deliver.ts'
import type { Verdict } from './send.ts'

/** A server that refuses every batch with one of the bad events in it. */
function picky(bad: ReadonlySet<number>, verdicts: readonly Verdict[] = []) {
  const accepted: number[] = []
  const refused: number[] = []
  let requests = 0
  const carrier: Carrier<number> = {
    send: async (batch) => {
      requests += 1
      const planned = verdicts[requests - 1]
      if (planned) return planned
      return batch.some((event) => bad.has(event))
        ? { kind: 'refused', reason: 'a 400' }
        : { kind: 'accepted' }
    },
    mayGoOn: () => true,
    waiting: (batch) => batch,
    accepted: (batch) => void accepted.push(...batch),
    refused: (event) => void refused.push(event),
  }
  return { carrier, accepted, refused, requests: () => requests }
}

const hundred = Array.from({ length: 100 }, (_, index) => index)

test('one bad event among a hundred is given up, and the ninety-nine arrive', async () => {
  const { carrier, accepted, refused, requests } = picky(new Set([41]))
  expect(await deliver(hundred, carrier)).toEqual({ kind: 'done' })
  expect(accepted).toEqual(hundred.filter((event) => event !== 41))
  expect(refused).toEqual([41])
  expect(requests()).toBeLessThanOrEqual(15)
})

test('a server that refuses everything refuses us: all is kept, after a few requests', async () => {
  const { carrier, accepted, refused, requests } = picky(new Set(hundred))
  expect(await deliver(hundred, carrier)).toMatchObject({ kind: 'later' })
  expect([accepted, refused]).toEqual([[], []])
  expect(requests()).toBeLessThanOrEqual(15)
})

test.each([
  ['the two oldest', [0, 1]],
  ['the oldest and one far behind it', [0, 70]],
  ['the oldest of each half', [0, 50]],
])('%s are bad: they are given up, and hold up none of the others', async (_, bad) => {
  const { carrier, accepted, refused } = picky(new Set(bad))
  expect(await deliver(hundred, carrier)).toEqual({ kind: 'done' })
  expect(accepted.toSorted((a, b) => a - b)).toEqual(hundred.filter((event) => !bad.includes(event)))
  expect(refused.toSorted((a, b) => a - b)).toEqual(bad)
})

test.each([
  ['one in each part that a hundred are halved to', [0, 1, 2, 4, 7, 13, 25, 50]],
  ['all but the newest', hundred.slice(0, -1)],
])('%s are bad: they are given up, and hold up none of the others', async (_, bad) => {
  const { carrier, accepted, refused } = picky(new Set(bad))
  expect(await deliver(hundred, carrier)).toEqual({ kind: 'done' })
  expect(accepted.toSorted((a, b) => a - b)).toEqual(hundred.filter((event) => !bad.includes(event)))
  expect(refused.toSorted((a, b) => a - b)).toEqual(bad)
})

test('an event that is refused while it is the only one is given up', async () => {
  const { carrier, refused } = picky(new Set([7]))
  await deliver([7], carrier)
  expect(refused).toEqual([7])
})

test('an event that is refused alone stays while the server has taken none: it may refuse us', async () => {
  const refusal: Verdict = { kind: 'refused', reason: 'a 400' }
  const { carrier, refused } = picky(new Set(), [refusal, refusal, { kind: 'later', reason: 'a 503' }])
  expect(await deliver([1, 2], carrier)).toEqual({ kind: 'later', reason: 'a 503' })
  expect(refused).toEqual([])
})

test.each<[string, Verdict]>([
  ['asks to come back', { kind: 'later', reason: 'a 503' }],
  ['was reached, and nobody knows any more whether it may go', { kind: 'withheld' }],
])(
  'an event that is refused beside one that was taken is given up, also where the server then %s',
  async (_, then) => {
    const refusal: Verdict = { kind: 'refused', reason: 'a 400' }
    const { carrier, refused } = picky(new Set(), [refusal, refusal, refusal, { kind: 'accepted' }, then])
    expect(await deliver([1, 2, 3, 4], carrier)).toMatchObject({ kind: 'later' })
    expect(refused).toEqual([1])
  },
)

test('who opted out while the server was being reached sees no failure of the server', async () => {
  const { carrier, requests } = picky(new Set(), [{ kind: 'withheld' }])
  expect(await deliver(hundred, { ...carrier, mayGoOn: () => requests() === 0 })).toEqual({ kind: 'stopped' })
})

test('a failure in the middle keeps what was not accepted, and what was stays accepted', async () => {
  const { carrier, accepted } = picky(new Set(), [
    { kind: 'refused', reason: 'a 413' },
    { kind: 'accepted' },
    { kind: 'later', reason: 'a 503', retryAfter: 5 },
  ])
  expect(await deliver(hundred, carrier)).toEqual({ kind: 'later', reason: 'a 503', retryAfter: 5 })
  expect(accepted).toEqual(hundred.slice(0, 50))
})

test('nothing is sent once it may not go on', async () => {
  const { carrier, requests } = picky(new Set())
  expect(await deliver(hundred, { ...carrier, mayGoOn: () => false })).toEqual({ kind: 'stopped' })
  expect(requests()).toBe(0)
})

test.each<[string, Verdict]>([
  ['a part was refused', { kind: 'refused', reason: 'a 413' }],
  ['the server was reached and told nothing', { kind: 'withheld' }],
])('what was taken away while %s is not sent', async (_sentence, first) => {
  const { carrier, accepted, refused, requests } = picky(new Set(), [first])
  // Its person opts out during the first request, and leaves the half of another's.
  const waiting = (batch: readonly number[]) =>
    requests() === 0 ? batch : batch.filter((event) => event % 2 === 0)
  expect(await deliver(hundred, { ...carrier, waiting })).toEqual({ kind: 'done' })
  expect(accepted).toEqual(hundred.filter((event) => event % 2 === 0))
  expect(refused).toEqual([])
})

test('a request that was withheld for a moment, and nobody knows why, is not tried over and over', async () => {
  const { carrier, accepted, requests } = picky(new Set(), Array(50).fill({ kind: 'withheld' }))
  expect(await deliver(hundred, carrier)).toMatchObject({ kind: 'later' })
  expect([requests(), accepted]).toEqual([1, []])
})

test('where nothing waits any more nothing is sent', async () => {
  const { carrier, requests } = picky(new Set())
  expect(await deliver(hundred, { ...carrier, waiting: () => [] })).toEqual({ kind: 'done' })
  expect(requests()).toBe(0)
})

test('for any bad events among good ones, exactly the good ones arrive, each once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 100 }), fc.array(fc.nat(99)), async (length, bad) => {
      const events = hundred.slice(0, length)
      const badOnes = new Set(bad.filter((event) => event < length - 1))
      const { carrier, accepted, refused } = picky(badOnes)
      const delivery = await deliver(events, carrier)
      const good = events.filter((event) => !badOnes.has(event))
      // A run of refusals before anything was accepted ends the round with everything kept.
      if (delivery.kind === 'later') expect([accepted, refused]).toEqual([[], []])
      else {
        expect(accepted.toSorted((a, b) => a - b)).toEqual(good)
        expect(refused.toSorted((a, b) => a - b)).toEqual([...badOnes].sort((a, b) => a - b))
      }
    }),
  )
})
