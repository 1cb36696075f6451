import { expect, test } from 'vitest'
import { timelineOf, usesOf } from './activity.ts'

const requests = (request_count: number, duration_ms: number) => ({
  sent_at: '2026-03-14T15:09:26.535Z',
  event: {
    event: 'api_request',
    uuid: '',
    timestamp: '',
    distinct_id: '',
    properties: { endpoint: '/cakes', method: 'GET', status_code: 200, request_count, duration_ms },
  },
})

test.each([
  ['one of each', [requests(1, 5), requests(1, 7), requests(1, 90)], 7],
  ['an even number', [requests(1, 5), requests(1, 7)], 7],
  ['most of them in one sum', [requests(1, 5), requests(1, 7), requests(900, 60)], 60],
  ['none', [], undefined],
])('the typical duration is that of most requests: %s', (_sentence, sent, typical) => {
  expect(usesOf(sent as never)[0]?.typical).toBe(typical)
})

test.each([Number.POSITIVE_INFINITY, 1e308, -5, 'many', null])(
  'a log that somebody edited to hold %s requests is counted as one, so that the page can show it',
  (count) => {
    const sent = [requests(count as number, Number.POSITIVE_INFINITY), requests(count as number, 5)] as never
    const use = { event: 'api_request', name: 'GET /cakes', times: 2, failed: 0, typical: 5 }
    expect(JSON.parse(JSON.stringify(usesOf(sent)))).toEqual([use])
  },
)

test.each([
  ['two hours', 120],
  ['a day', 1_440],
  ['a month', 43_200],
])('what left about %s ago stands in the chart, in whichever stretches it is drawn', (_sentence, minutes) => {
  // Right behind the full hour, where the stretches that are round reach back the least.
  const now = Date.parse('2026-03-14T15:01:26.535Z')
  const shown = Array.from({ length: 120 }, (_, index) => {
    const sent_at = new Date(now - (minutes + 60 - index) * 60_000).toISOString()
    return timelineOf([{ ...requests(3, 5), sent_at }] as never, now).stretches
  })
  const counts = shown.map((stretches) => stretches.reduce((sum, one) => sum + one.requests, 0))
  expect(counts).toEqual(Array(120).fill(3))
})
