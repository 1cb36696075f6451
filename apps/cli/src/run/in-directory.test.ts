import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../test/temp-project.ts'
import { inDirectory } from './in-directory.ts'

test('the program around is where it was, whatever becomes of the work', async () => {
  const before = process.cwd()
  const directory = realpathSync(temporaryDirectory())
  expect(await inDirectory(directory, async () => process.cwd())).toBe(directory)
  expect(process.cwd()).toBe(before)
  const failure = inDirectory(directory, async () => {
    throw new Error('failed')
  })
  await expect(failure).rejects.toThrow('failed')
  expect(process.cwd()).toBe(before)
})

test('a directory that is not there is named, and the work is not done elsewhere', async () => {
  const gone = join(temporaryDirectory(), 'gone')
  await expect(inDirectory(gone, async () => process.cwd())).rejects.toThrow(
    `the directory ${gone} can't be entered (ENOENT: no such file or directory`,
  )
})

test.skipIf(process.platform === 'win32')('where it was may be deleted meanwhile', async () => {
  const before = process.cwd()
  const directory = realpathSync(temporaryDirectory())
  const deleted = join(directory, 'deleted')
  mkdirSync(deleted)
  const done = inDirectory(deleted, () =>
    inDirectory(directory, async () => {
      rmSync(deleted, { recursive: true })
      return 'done'
    }),
  )
  expect(await done).toBe('done')
  expect(process.cwd()).toBe(before)
})
