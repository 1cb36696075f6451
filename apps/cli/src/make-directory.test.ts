import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/temp-project.ts'
import { makeDirectory } from './make-directory.ts'

test('what is missing above it is made, by several at once, and what is there stays', async () => {
  const path = join(temporaryDirectory(), 'a/b/c')
  await Promise.all([makeDirectory(path), makeDirectory(path), makeDirectory(join(path, 'd'))])
  await makeDirectory(path)
  expect(statSync(join(path, 'd')).isDirectory()).toBe(true)
})

test.each<[string, (path: string) => void]>([
  ['a file', (path) => writeFileSync(path, 'mine')],
  ['a link to nothing', (path) => symlinkSync(`${path}-gone`, path, 'junction')],
])('%s in the way is named', async (_sentence, put) => {
  const inTheWay = join(temporaryDirectory(), 'target')
  put(inTheWay)
  const refused = { code: 'EEXIST', path: inTheWay }
  await expect(makeDirectory(join(inTheWay, 'data'))).rejects.toMatchObject(refused)
})

test.skipIf(!existsSync('/proc/self'))('below /proc it ends at once', async () => {
  await expect(makeDirectory('/proc/x/y')).rejects.toMatchObject({ path: '/proc/x' })
})
