import { expect, test } from 'vitest'
import { usesOf } from './activity.ts'

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
