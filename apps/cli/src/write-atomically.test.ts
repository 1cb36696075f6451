import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withoutRoot } from '../../../packages/telemetry/test/without-root.ts'
import { temporaryDirectory } from '../test/temp-project.ts'
import { QueryError } from './errors.ts'
import { writeAtomically } from './write-atomically.ts'

const WAY = 'Move away what is there, or choose another directory with --output-dir.'
const OTHER = 'Choose another directory with --output-dir.'

const CASES: readonly [string, (target: string) => void, (target: string) => string][] = [
  [
    'the directory is a link to nothing',
    (target) => symlinkSync(`${target}-gone`, target, 'junction'),
    (target) => `the directory ${target} can't be made (EEXIST: file already exists). ${WAY}`,
  ],
  [
    'the directory is a file',
    (target) => writeFileSync(target, 'mine'),
    (target) => `the directory ${target} can't be made (EEXIST: file already exists). ${WAY}`,
  ],
  [
    'there is a directory in place of the file',
    (target) => mkdirSync(join(target, 'x.json'), { recursive: true }),
    (target) =>
      `${join(target, 'x.json')} can't be written (EISDIR: illegal operation on a directory). ${WAY}`,
  ],
]

test.skipIf(process.platform === 'win32').each(CASES)(
  'when %s, the error says what to do',
  async (_case, put, says) => {
    const target = join(temporaryDirectory(), 'target')
    put(target)
    const writing = writeAtomically(join(target, 'x.json'), ['{}'])
    await expect(writing).rejects.toMatchObject({ name: 'OutputError', message: says(target) })
  },
)

test.skipIf(process.platform === 'win32')('in a read-only directory no temporary file is named', async () => {
  const target = temporaryDirectory()
  chmodSync(target, 0o555)
  const path = join(target, 'x.json')
  const message = `${path} can't be written (EACCES: permission denied). ${OTHER}`
  const writing = withoutRoot(() => writeAtomically(path, ['{}']))
  await expect(writing).rejects.toMatchObject({ name: 'OutputError', message })
})

test('what the pieces throw is thrown as it is, and leaves nothing', async () => {
  const target = temporaryDirectory()
  const error = new QueryError('no')
  async function* pieces() {
    yield '{'
    throw error
  }
  await expect(writeAtomically(join(target, 'x.json'), pieces())).rejects.toBe(error)
  expect(readdirSync(target)).toEqual([])
})
