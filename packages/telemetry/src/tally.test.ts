import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { appendOwn } from './own-file.ts'
import { openTally } from './tally.ts'
import { uuidV7 } from './uuid-v7.ts'

const HOUR = 3_600_000

test('what several processes counted, one of them tells', () => {
  const path = join(temporaryDirectory(), 'dropped')
  const [one, other] = [openTally(path), openTally(path)]
  one.add(2)
  other.add(3)
  expect([one.take(), other.take()]).toEqual([5, 0])
})

test('what is just being written down is taken away by nobody', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  const other = openTally(path)
  other.add(2)
  const taken: number[] = []
  const one = openTally(path, (file, text) => {
    taken.push(other.take())
    appendOwn(file, text)
    taken.push(other.take())
  })
  one.add(3)
  expect([taken, other.take(), readdirSync(directory)]).toEqual([[0, 0], 5, []])
})

test('what was counted long ago is not swept up while a writer adds to it', () => {
  const path = join(temporaryDirectory(), 'dropped')
  const other = openTally(path)
  other.add(2)
  utimesSync(path, 0, 0)
  const one = openTally(path, (file, text) => {
    other.tidy(Date.now())
    appendOwn(file, text)
  })
  one.add(3)
  expect(other.take()).toBe(5)
})

test('what the disk does not take down is remembered', () => {
  const path = join(temporaryDirectory(), 'dropped')
  const tally = openTally(path)
  mkdirSync(path)
  tally.add(2)
  tally.add(3)
  rmSync(path, { recursive: true })
  tally.add(1)
  expect([tally.take(), tally.take()]).toEqual([6, 0])
})

test('what was counted before stays on a disk that is full by now', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  openTally(path).add(2)
  const tally = openTally(path, () => {
    throw new Error('no space left on device')
  })
  tally.add(3)
  expect([readdirSync(directory), statSync(path).size]).toEqual([['dropped'], 2])
  expect(tally.take()).toBe(5)
})

test('a tally that another writer put there meanwhile is added to', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  const other = openTally(path)
  other.add(2)
  let isFirst = true
  const one = openTally(path, (mine, text) => {
    if (isFirst) other.add(4)
    isFirst = false
    appendOwn(mine, text)
  })
  one.add(3)
  expect(readdirSync(directory)).toEqual(['dropped'])
  expect([one.take(), other.take()]).toEqual([9, 0])
})

test('what lies there and is no tally tells no number, and stays where it is', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  mkdirSync(path)
  writeFileSync(join(path, 'notes.txt'), 'mine')
  expect(openTally(path).take()).toBe(0)
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual([
    'dropped',
    join('dropped', 'notes.txt'),
  ])
})

test('however many were dropped, what counts them takes no more than a hundred kilobytes', () => {
  const path = join(temporaryDirectory(), 'dropped')
  for (const count of [99_999, 5_000_000]) openTally(path).add(count)
  expect(statSync(path).size).toBe(100_000)
})

test('of a tally that somebody made longer no more is told than one may say', () => {
  const path = join(temporaryDirectory(), 'dropped')
  writeFileSync(path, '.'.repeat(100_001))
  expect(openTally(path).take()).toBe(100_000)
})

test('where nothing was dropped, nothing is written', () => {
  const directory = temporaryDirectory()
  openTally(join(directory, 'dropped')).add(0)
  expect(readdirSync(directory)).toEqual([])
})

test('what the disk does not take down is told once, and not at all after an opt-out', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  mkdirSync(path)
  const tally = openTally(path)
  tally.add(2)
  expect([tally.take(), tally.take()]).toEqual([2, 0])
  tally.add(3)
  tally.clear()
  expect([tally.take(), readdirSync(directory)]).toEqual([0, ['dropped']])
})

test('what a writer took away and never told goes after an hour; what is no tally stays', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  // By a program whose clock is far behind: it may be telling it just now.
  const taken = `dropped.${uuidV7(Date.now() - 2 * HOUR)}`
  const others = [`${taken}.txt`, 'dropped.not-one', 'droppedx']
  for (const name of [taken, ...others]) writeFileSync(join(directory, name), '.')
  openTally(path).tidy(Date.now() + HOUR / 2)
  expect(readdirSync(directory).sort()).toEqual([taken, ...others].sort())
  openTally(path).tidy(Date.now() + 2 * HOUR)
  expect(readdirSync(directory).sort()).toEqual(others)
  writeFileSync(join(directory, taken), '.')
  openTally(path).clear()
  expect(readdirSync(directory).sort()).toEqual(others)
})

test('an opt-out leaves no number that a writer took away, whatever else lies beside it', () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'dropped')
  const [first, last] = [1, 2].map((at) => `dropped.${uuidV7(at)}`)
  for (const name of ['dropped', String(first)]) mkdirSync(join(directory, name))
  writeFileSync(join(directory, String(last)), '.')
  openTally(path).clear()
  expect(readdirSync(directory).sort()).toEqual(['dropped', first])
})
