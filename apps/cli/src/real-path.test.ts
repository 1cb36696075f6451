import { mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/temp-project.ts'
import { realPathOf } from './real-path.ts'

test.skipIf(process.platform === 'win32').each([
  ['a link', 'link', 'dir'],
  ['something to be made below a link', 'link/a/b', 'dir/a/b'],
  ['a link to something to be made', 'ahead', 'dir/later'],
  ['something to be made below such a link', 'ahead/a', 'dir/later/a'],
  ['a link that leads in a circle', 'circle', 'circle'],
])('%s', async (_case, path, expected) => {
  const directory = realpathSync(temporaryDirectory())
  mkdirSync(join(directory, 'dir'))
  symlinkSync('dir', join(directory, 'link'))
  symlinkSync('link/later', join(directory, 'ahead'))
  symlinkSync('circle', join(directory, 'circle'))
  expect(await realPathOf(join(directory, path))).toBe(join(directory, expected))
})
