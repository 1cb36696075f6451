import { sanitizeMethod, sanitizeRoute } from '@visivo/sanitize'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRequestMeter, PACE, type RequestFacts } from './request-meter.ts'

const data: RequestFacts = {
  endpoint: sanitizeRoute('/api/models/:name'),
  method: sanitizeMethod('GET'),
  statusCode: 200,
  durationMs: 10,
}

test("at a person's pace every request is an event of its own", () => {
  const meter = createRequestMeter(() => 5_000)
  for (let request = 0; request < PACE.burst; request++) meter.count(data)
  expect(meter.takeSingles()).toEqual(
    Array.from({ length: PACE.burst }, () => ({ ...data, count: 1, at: 5_000 })),
  )
  expect(meter.takeSums()).toEqual([])
})

test('past a burst requests alike are summed, with the mean of their durations', () => {
  const meter = createRequestMeter(() => 5_000)
  for (let request = 0; request < PACE.burst; request++) meter.count(data)
  for (const durationMs of [10, 20, 60]) meter.count({ ...data, durationMs })
  meter.count({ ...data, statusCode: 404 })
  meter.count({ ...data, method: sanitizeMethod('POST') })
  expect(meter.takeSums()).toEqual([
    { ...data, durationMs: 30, count: 3, at: 5_000 },
    { ...data, statusCode: 404, count: 1, at: 5_000 },
    { ...data, method: 'POST', count: 1, at: 5_000 },
  ])
})

test('a clock that is set back takes no room from the requests that come then', () => {
  let time = 5_000_000
  const meter = createRequestMeter(() => time)
  meter.count(data)
  time = 1_000_000
  meter.takeSingles()
  for (let request = 1; request < PACE.burst; request++) meter.count(data)
  expect(meter.takeSingles()).toHaveLength(PACE.burst - 1)
  expect(meter.takeSums()).toEqual([])
})

test('a server that was idle for long has no more room than at first: its load is summed', () => {
  let time = 5_000
  const meter = createRequestMeter(() => time)
  time += 3_600_000
  meter.takeSingles()
  for (let request = 0; request < PACE.burst + 2; request++) meter.count(data)
  expect(meter.takeSingles()).toHaveLength(PACE.burst)
  expect(meter.takeSums()).toMatchObject([{ count: 2 }])
})

test('a server that has had five hundred different sums counts new ones again when they are taken', () => {
  const meter = createRequestMeter(() => 5_000)
  for (let request = 0; request < PACE.burst; request++) meter.count(data)
  const sums = (from: number) => {
    for (let statusCode = from; statusCode < from + 501; statusCode++) meter.count({ ...data, statusCode })
    return meter.takeSums().filter(({ endpoint }) => endpoint === data.endpoint).length
  }
  expect([sums(100), sums(1_000)]).toEqual([500, 500])
})

test.each<[string, unknown]>([
  ['a number that is none', Number.NaN],
  ['less than nothing', -1],
  ['without an end', Number.POSITIVE_INFINITY],
  ['longer than an event takes', 1e300],
  ['a big integer', 5n],
  ['a text', '5'],
  ['not there', undefined],
])('a duration counts as 0 if it is %s', (_sentence, durationMs) => {
  const meter = createRequestMeter(() => 5_000)
  const odd = Object.assign({ ...data }, { durationMs })
  meter.count(odd)
  for (let request = 1; request < PACE.burst; request++) meter.count(data)
  for (const request of [data, odd, odd, data]) meter.count(request)
  expect(meter.takeSingles()[0]?.durationMs).toBe(0)
  expect(meter.takeSums()).toEqual([{ ...data, durationMs: 5, count: 4, at: 5_000 }])
})

test('a program whose statuses are no numbers has them summed, too: a sum for each would fill its memory', () => {
  const meter = createRequestMeter(() => 5_000)
  for (let request = 0; request < PACE.burst + 1_000; request++)
    meter.count({ ...data, statusCode: Number.NaN })
  expect(meter.takeSums()).toEqual([{ ...data, statusCode: Number.NaN, count: 1_000, at: 5_000 }])
})

test.each([
  ['ahead, as where a board without one hears the time', 20],
  ['back', -20],
])('where the clock is set %s, what was counted a moment ago is of now', (_sentence, days) => {
  let time = 1_700_000_000_000
  const meter = createRequestMeter(() => time)
  for (let request = 0; request <= PACE.burst; request++) meter.count(data)
  time += days * 86_400_000
  expect([meter.takeSingles()[0]?.at, meter.takeSums()[0]?.at]).toEqual([time, time])
})

test('a second later there is room for one more', () => {
  let time = 0
  const meter = createRequestMeter(() => time)
  for (let request = 0; request < PACE.burst; request++) meter.count(data)
  time = 1_000
  expect(meter.takeSingles()).toHaveLength(PACE.burst)
  meter.count(data)
  meter.count(data)
  expect([meter.takeSingles().length, meter.takeSums()[0]?.count]).toEqual([1, 1])
})

test('every request is counted once, at any pace, on any routes, also with the clock set back', () => {
  const request = fc.record({
    route: fc.nat(2_000),
    status: fc.constantFrom(200, 404, 500),
    step: fc.integer({ min: -500, max: 500 }),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 3_000, size: 'max' }), (requests) => {
      let time = 1_000_000
      const meter = createRequestMeter(() => time)
      for (const { route, status, step } of requests) {
        time += step
        meter.count({
          ...data,
          endpoint: sanitizeRoute(`/r/${'abcdefghij'.charAt(route % 10)}x${route}`),
          statusCode: status,
        })
      }
      const all = [...meter.takeSingles(), ...meter.takeSums()]
      expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(requests.length)
      expect(all.length).toBeLessThanOrEqual(PACE.burst + 1_000 + 503)
    }),
    { numRuns: 30 },
  )
})
