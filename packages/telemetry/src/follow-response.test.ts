import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { type NodeResponse, responseFollower } from './follow-response.ts'
import type { RequestFacts } from './request-meter.ts'

test('a response whose client is gone already is counted at once, for no `close` will follow', () => {
  const counted: RequestFacts[] = []
  const follow = responseFollower(
    { request: (facts) => counted.push(facts), close: async () => {} },
    () => '/cakes/:id',
  )
  const response: NodeResponse = Object.assign(new EventEmitter(), { statusCode: 200, closed: true })
  follow(response, 'GET', undefined)
  expect(counted).toMatchObject([{ endpoint: '/cakes/{id}', method: 'GET', statusCode: 200 }])
})
