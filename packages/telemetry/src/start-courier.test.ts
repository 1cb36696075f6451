import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { courierFile } from './start-courier.ts'

test.each([
  ['is found where it lies beside this file', 'node_modules/@visivo/telemetry/dist', true],
  ['is found in what Electron leaves unpacked', 'app.asar.unpacked/dist', true],
  ["is none in an archive of Yarn's", '.yarn/cache/telemetry.zip/node_modules/@visivo/telemetry/dist', false],
  ["is none in an archive of Electron's", 'resources/app.asar/dist', false],
])('a courier %s', (_, directory, isFound) => {
  const here = join(temporaryDirectory(), directory)
  mkdirSync(here, { recursive: true })
  const file = join(here, 'courier-process.js')
  writeFileSync(file, '')
  expect(courierFile('courier-process', here)).toBe(isFound ? file : undefined)
})

test('there is no courier where a bundler left it behind', () => {
  expect(courierFile('courier-thread', temporaryDirectory())).toBeUndefined()
})
