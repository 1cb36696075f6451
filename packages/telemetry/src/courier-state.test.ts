import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import {
  afterFailure,
  afterSuccess,
  type CourierState,
  openCourierState,
  readCourierState,
  waitLeft,
} from './courier-state.ts'

const NOW = Date.parse('2026-01-31T10:00:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const fresh: CourierState = { failures: 0, retryAt: 0 }
const failed = (retryAfter?: number) => afterFailure(fresh, NOW, 'the server answered 503', retryAfter)

test.each([
  ['failures that are less than none', '{"failures":-1000000,"retryAt":0}'],
  ['a time that is none', '{"failures":1,"retryAt":0,"lastFailure":{"at":{"toString":1},"reason":"x"}}'],
  ['a pause that is none', '{"failures":1,"retryAt":"x"}'],
  ['a number of failures that is a text', '{"failures":"5","retryAt":0}'],
  ['a success without a time', '{"failures":0,"retryAt":0,"lastSuccess":{"toString":1}}'],
  ['a reason that is none', '{"failures":1,"retryAt":0,"lastFailure":{"at":"x","reason":{"toString":1}}}'],
  ['a list', '[1]'],
  ['nothing', 'null'],
])('a state file that holds %s is a fresh start', (_sentence, text) => {
  const path = join(temporaryDirectory(), 'courier.json')
  writeFileSync(path, text)
  expect(readCourierState(path)).toEqual({ failures: 0, retryAt: 0 })
})

test('with each failure in a row the pause doubles, up to an hour; what arrives ends it', () => {
  let state = fresh
  const pauses = Array.from({ length: 12 }, () => {
    state = afterFailure(state, NOW, 'the server answered 503')
    return waitLeft(state, NOW) / 1_000
  })
  expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600])
  const arrived = afterSuccess(state, NOW)
  expect([waitLeft(arrived, NOW), waitLeft(afterFailure(arrived, NOW, ''), NOW)]).toEqual([0, 10_000])
})

test.each([
  ['longer than ours is kept', 60_000, 60_000],
  ['shorter than ours does not shorten that', 1_000, 10_000],
  ['longer than a day is a day', 30 * DAY, DAY],
])('a pause that the server asks for, %s', (_sentence, asked, pause) => {
  expect(waitLeft(failed(asked), NOW)).toBe(pause)
})

test.each([
  ['is kept where the clock was corrected by half a minute', NOW - 30_000, 40_000],
  ['is over where the clock was set back by more: it would last as long as that', NOW - HOUR, 0],
  ['is over when it is', NOW + 10_000, 0],
])('a pause %s', (_sentence, now, left) => {
  expect(waitLeft(failed(), now)).toBe(left)
})

test('a pause of a day that the server asked for is kept where the clock was corrected by half a minute', () => {
  expect(waitLeft(failed(DAY), NOW - 30_000)).toBe(DAY + 30_000)
})

test('a pause longer than any that was ever set is none, also where nothing says when it began', () => {
  expect(waitLeft({ failures: 1, retryAt: NOW + 2 * DAY }, NOW)).toBe(0)
})

test('who asks is told why a batch did not arrive, also when the next one did', () => {
  expect(afterSuccess(failed(), NOW + HOUR)).toEqual({
    failures: 0,
    retryAt: 0,
    lastSuccess: new Date(NOW + HOUR).toISOString(),
    lastFailure: { at: new Date(NOW).toISOString(), reason: 'the server answered 503' },
  })
})

test('a pause that another courier was asked for is kept by one that had written before', () => {
  const path = join(temporaryDirectory(), 'courier.json')
  const state = openCourierState(path)
  state.write(fresh)
  openCourierState(path).write(failed())
  expect(state.read()).toEqual(failed())
})

test('a courier from which the disk takes no state backs off all the same', () => {
  const state = openCourierState(join(temporaryDirectory(), 'missing', 'courier.json'))
  state.write({ failures: 1, retryAt: 5_000 })
  expect(state.read()).toEqual({ failures: 1, retryAt: 5_000 })
})

test.runIf(process.platform !== 'win32')(
  'a link that somebody planted for this process costs nobody the file behind it',
  () => {
    const directory = temporaryDirectory()
    const [path, behind] = [join(directory, 'courier.json'), join(directory, 'behind')]
    writeFileSync(behind, 'precious')
    symlinkSync(behind, `${path}.${process.pid}.tmp`)
    openCourierState(path).write(fresh)
    expect(readCourierState(path)).toEqual(fresh)
    expect(readFileSync(behind, 'utf8')).toBe('precious')
  },
)
