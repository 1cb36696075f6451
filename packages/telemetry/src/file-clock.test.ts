import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { lastChange, touch } from './file-clock.ts'

test.each([
  ['a file that is gone was written', lastChange],
  ['a disk takes nothing', touch],
])('where the file system does not tell when %s, our own clock does', (_sentence, ask) => {
  const before = Date.now()
  const told = ask(join(temporaryDirectory(), 'gone'))
  expect(told).toBeGreaterThanOrEqual(before)
  expect(told).toBeLessThanOrEqual(Date.now())
})
