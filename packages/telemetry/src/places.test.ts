import { visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { placesOf } from './places.ts'

test.each([
  ['another host', { host: 'https://b.example', apiKey: 'phc_a' }],
  ['another key of the same host', { host: 'https://a.example', apiKey: 'phc_b' }],
])('%s is another outbox: what was recorded for one never goes to the other', (_, other) => {
  const one = placesOf(visivo, '/home/ada', { host: 'https://a.example', apiKey: 'phc_a' })
  expect(placesOf(visivo, '/home/ada', other).outbox).not.toBe(one.outbox)
})
