import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { nextChange } from './outbox-watch.ts'

const FOREVER = 2 ** 31 - 1

test('a file that came between the last look and the watch is not waited for', async () => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'event'), '')
  const missed = () => readdirSync(directory).length > 0
  await nextChange(directory, { most: FOREVER, gather: 0, missed, signal: new AbortController().signal })
})

test('nor is one that comes while the directory is watched', async () => {
  const directory = temporaryDirectory()
  let looks = 0
  const missed = () => {
    looks += 1
    return false
  }
  const change = nextChange(directory, {
    most: FOREVER,
    gather: 0,
    missed,
    signal: new AbortController().signal,
  })
  writeFileSync(join(directory, 'event'), '')
  await change
  expect(looks).toBe(1)
})
