import { afterEach, expect, test, vi } from 'vitest'
import { timelineOf, usesOf } from './activity.ts'

afterEach(() => vi.unstubAllEnvs())

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
  ['the slowest of all first', [requests(1, 90), requests(1, 5), requests(1, 7)], 7],
  ['an even number', [requests(1, 5), requests(1, 7)], 7],
  ['most of them in one sum', [requests(1, 5), requests(1, 7), requests(900, 60)], 60],
  ['none', [], undefined],
])('the typical duration is that of most requests: %s', (_sentence, sent, typical) => {
  expect(usesOf(sent as never)[0]?.typical).toBe(typical)
})

test('what is used most comes first, whatever was used first', () => {
  const rare = requests(1, 5)
  const often = {
    ...rare,
    event: { ...rare.event, properties: { ...rare.event.properties, method: 'PUT', request_count: 3 } },
  }
  expect(usesOf([rare, often] as never).map(({ name }) => name)).toEqual(['PUT /cakes', 'GET /cakes'])
})

test.each([Number.POSITIVE_INFINITY, 1e308, -5, 'many', null])(
  'a log that somebody edited to hold %s requests is counted as one, so that the page can show it',
  (count) => {
    const sent = [requests(count as number, Number.POSITIVE_INFINITY), requests(count as number, 5)] as never
    const use = { event: 'api_request', kind: 'requests', name: 'GET /cakes' }
    const numbers = { times: 2, failed: 0, typical: 5 }
    expect(JSON.parse(JSON.stringify(usesOf(sent)))).toEqual([{ ...use, ...numbers }])
  },
)

test('a duration that an edited log writes with three hundred digits is none, so that the page keeps its width', () => {
  expect(usesOf([requests(1, 1e300)] as never)[0]).not.toHaveProperty('typical')
})

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

test.each<[string, string, object, number]>([
  ['a command that did not work', 'cli_command', { success: false }, 1],
  ['a command that worked', 'cli_command', { success: true }, 0],
  ['a command of which a log that somebody edited does not say it', 'cli_command', {}, 0],
  ['requests at which the server failed', 'api_request', { status_code: 500, request_count: 3 }, 3],
  ['requests that were wrong', 'api_request', { status_code: 499, request_count: 3 }, 0],
])('what failed is counted: %s', (_sentence, event, properties, failed) => {
  const sent = [{ sent_at: '2026-03-14T15:09:26.535Z', event: { event, properties } }]
  expect(usesOf(sent as never)).toMatchObject([{ failed }])
})

test('of what failed and what did not, only the one counts as failed', () => {
  const sent = [500, 200].map((status_code) => {
    const one = requests(1, 5)
    return { ...one, event: { ...one.event, properties: { ...one.event.properties, status_code } } }
  })
  expect(usesOf(sent as never)).toMatchObject([{ times: 2, failed: 1 }])
})

test('a day begins at midnight of this machine, also in the week in which its clocks go forward', () => {
  vi.stubEnv('TZ', 'Europe/Berlin')
  const now = Date.parse('2026-03-31T12:00:00Z')
  const sent_at = new Date(now - 10 * 86_400_000).toISOString()
  const { unit, stretches } = timelineOf([{ ...requests(1, 5), sent_at }] as never, now)
  expect([unit, stretches.length]).toEqual(['day', 30])
  expect(stretches.map(({ from }) => new Date(from).getHours())).toEqual(Array(30).fill(0))
})

test('an event of a program that is called like one of its commands has a row of its own', () => {
  const named = (event: string, properties: object) => ({ event: { event, properties } })
  const sent = [named('cli_command', { command: 'bake', success: true }), named('bake', {})]
  expect(usesOf(sent as never).map(({ event, name, times }) => [event, name, times])).toEqual([
    ['cli_command', 'bake', 1],
    ['bake', 'bake', 1],
  ])
})

test('commands, requests and whatever else left stand apart', () => {
  const now = Date.parse('2026-03-14T15:09:27Z')
  const of = (event: string) => ({ ...requests(1, 5), event: { ...requests(1, 5).event, event } })
  const { stretches } = timelineOf(['cli_command', 'api_request', 'cake'].map(of) as never, now)
  expect(stretches.at(-1)).toMatchObject({ commands: 1, requests: 1, others: 1 })
})
