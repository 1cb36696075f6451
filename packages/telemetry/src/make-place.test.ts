import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { makePlace } from './make-place.ts'

const DESTINATION = '.visivo/telemetry/0123456789abcdef'

test.each([
  ['root', '.visivo/telemetry'],
  ['destination', DESTINATION],
  ['outbox', `${DESTINATION}/outbox`],
] as const)('%s: what is missing is made below a home, and never a home', (place, below) => {
  const home = temporaryDirectory()
  makePlace(place, join(home, below))
  makePlace(place, join(home, below))
  expect(statSync(join(home, below)).isDirectory()).toBe(true)
  const missing = join(home, 'missing')
  expect(() => makePlace(place, join(missing, below))).toThrow('ENOENT')
  expect(existsSync(missing)).toBe(false)
})

test.skipIf(process.platform === 'win32')('only their owner can look into any of them', () => {
  const home = temporaryDirectory()
  makePlace('outbox', join(home, DESTINATION, 'outbox'))
  const modes = ['.visivo', '.visivo/telemetry', DESTINATION].map((path) => statSync(join(home, path)).mode)
  expect(modes.map((mode) => mode & 0o777)).toEqual([0o700, 0o700, 0o700])
})

test.each<[string, (path: string) => void]>([
  ['a file', (path) => writeFileSync(path, 'mine')],
  ['a link to nothing', (path) => symlinkSync(`${path}-gone`, path, 'junction')],
])('%s in the way is told, and stays', (_sentence, put) => {
  const home = temporaryDirectory()
  const inTheWay = join(home, '.visivo')
  put(inTheWay)
  expect(() => makePlace('outbox', join(home, DESTINATION, 'outbox'))).toThrow()
  expect(() => makePlace('root', inTheWay)).toThrow('EEXIST')
})

test('a directory behind a link is as good as one', () => {
  const home = temporaryDirectory()
  mkdirSync(join(home, 'elsewhere'))
  symlinkSync(join(home, 'elsewhere'), join(home, '.visivo'), 'junction')
  makePlace('root', join(home, '.visivo/telemetry'))
  expect(existsSync(join(home, 'elsewhere/telemetry'))).toBe(true)
})
