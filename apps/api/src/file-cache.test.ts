import { mkdir, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileCache } from './file-cache.ts'
import { readJson } from './json-file.ts'

let folder: string
let loads: string[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visivo-cache-'))
  loads = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (maxBytes: number) => {
  const cached = openFileCache({
    load: (file) => {
      loads.push(file.slice(folder.length + 1))
      return readJson(file, (json) => json)
    },
    maxBytes,
  })
  return (name: string) => cached(join(folder, name))
}
const write = (name: string, text: string) => writeFile(join(folder, name), text)
/** As a program writes that gives what it copies the time of its source. */
const copy = async (name: string, text: string) => {
  const time = new Date(1_700_000_000_000)
  await write(name, text)
  await utimes(join(folder, name), time, time)
}

test('a file that stays the same is loaded once, also when asked for by many at once', async () => {
  const read = open(100)
  await write('a', '1')
  const all = await Promise.all([read('a'), read('a'), read('a')])
  expect(all).toEqual(Array(3).fill({ state: 'ok', value: 1 }))
  await read('a')
  expect(loads).toEqual(['a'])
})

test('that a file is too large is found out once, for that takes long', async () => {
  let count = 0
  const read = openFileCache({
    load: async () => {
      count += 1
      return { state: 'too-large' } as const
    },
    maxBytes: 100,
  })
  await write('a', '1')
  const file = join(folder, 'a')
  expect([await read(file), await read(file)]).toEqual(Array(2).fill({ state: 'too-large' }))
  expect(count).toBe(1)
})

test('what could not be read in one moment, as by a server out of file descriptors, is read in the next', async () => {
  const readings = [{ state: 'unreadable' }, { state: 'ok', value: 1 }] as const
  let count = 0
  const read = openFileCache({ load: async () => readings[count++] ?? { state: 'missing' }, maxBytes: 100 })
  await write('a', '1')
  const file = join(folder, 'a')
  expect([await read(file), await read(file), await read(file)]).toEqual([...readings, readings[1]])
})

test('a file renamed over it is loaded anew, though its size and time are the same', async () => {
  const read = open(100)
  await copy('a', '1')
  await read('a')
  await copy('b', '2')
  await rename(join(folder, 'b'), join(folder, 'a'))
  expect(await read('a')).toEqual({ state: 'ok', value: 2 })
})

test('a file written over in place is loaded anew, though a program that copies gave it its size and time', async () => {
  const read = open(100)
  await copy('a', '1')
  await read('a')
  const { ctimeMs } = await stat(join(folder, 'a'))
  // A kernel's clock moves on by whole ticks.
  await expect
    .poll(async () => {
      await copy('a', '2')
      return (await stat(join(folder, 'a'))).ctimeMs
    })
    .toBeGreaterThan(ctimeMs)
  expect(await read('a')).toEqual({ state: 'ok', value: 2 })
})

test('above its limit it drops what was used longest ago, never the last', async () => {
  const read = open(5)
  await write('a', '"a"')
  await write('b', '"b"')
  await write('large', '"larger than all"')
  for (const name of ['a', 'b', 'b', 'a', 'large', 'large']) await read(name)
  expect(loads).toEqual(['a', 'b', 'a', 'large'])
})

test('it drops no more than it has to, and not what was asked for again meanwhile', async () => {
  const read = open(6)
  for (const name of ['a', 'b', 'c']) await write(name, `"${name}"`)
  for (const name of ['a', 'b', 'a', 'c', 'a', 'c']) await read(name)
  expect(loads).toEqual(['a', 'b', 'c'])
})

test.each([
  ['no file', 'nothing', 'missing'],
  ['a folder', 'folder', 'missing'],
  ['no folder', 'bad/nothing', 'missing'],
  ['a name that no file can have', 'x'.repeat(5_000), 'missing'],
  ['nor one with a zero byte', 'a\0', 'missing'],
  ['not JSON', 'bad', 'unreadable'],
  ['a link that has no end, as any other file that the system keeps back', 'link', 'unreadable'],
])('%s is a state, not an error', async (_what, name, state) => {
  await write('bad', '{')
  await mkdir(join(folder, 'folder'))
  await symlink('link', join(folder, 'link'))
  expect(await open(100)(name)).toEqual({ state })
})

test('a file that is gone is missing, and one that comes is found', async () => {
  const read = open(100)
  await write('a', '1')
  await read('a')
  await rm(join(folder, 'a'))
  expect(await read('a')).toEqual({ state: 'missing' })
  await write('a', '3')
  expect(await read('a')).toEqual({ state: 'ok', value: 3 })
})
