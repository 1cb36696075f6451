import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { findPlaces, placesOf } from './places.ts'

test.each([
  ['another host', { host: 'https://b.example', apiKey: 'phc_a' }],
  ['another key of the same host', { host: 'https://a.example', apiKey: 'phc_b' }],
])('%s is another outbox: what was recorded for one never goes to the other', (_, other) => {
  const one = placesOf(visivo, '/home/ada', { host: 'https://a.example', apiKey: 'phc_a' })
  expect(placesOf(visivo, '/home/ada', other).outbox).not.toBe(one.outbox)
})

test('what a person keeps beside what telemetry does, under a name like it, is none of it', () => {
  const root = temporaryDirectory()
  const name = '0123456789abcdef'
  for (const each of [name, `${name}.old`, `old-${name}`]) mkdirSync(join(root, each))
  expect(findPlaces(root).map(({ destination }) => destination)).toEqual([join(root, name)])
})

test('without a home directory, what lies where a command was started is not taken for what telemetry keeps', () => {
  const root = temporaryDirectory()
  mkdirSync(join(root, '0123456789abcdef'))
  expect(findPlaces(root)).toHaveLength(1)
  expect(findPlaces(relative('', root))).toEqual([])
})
