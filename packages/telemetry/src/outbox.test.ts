import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { guard, metadata, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { checksum } from './checksum.ts'
import { catalogueOf, type PropertySpec } from './events.ts'
import { createGuard } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { OUTBOX_LIMITS, overCaps } from './outbox-caps.ts'
import { uuidV7 } from './uuid-v7.ts'

function freshOutbox() {
  const root = temporaryDirectory()
  const directory = join(root, 'outbox')
  return { root, directory, outbox: openOutbox(directory, guard) }
}

function only(names: readonly string[]): string {
  expect(names).toHaveLength(1)
  return names[0] ?? ''
}

test('an event that was put can be read back as it was, and goes when it is removed', () => {
  const { outbox } = freshOutbox()
  const event = sampleEvent()
  expect(outbox.put(event)).toBe(true)
  const name = only(outbox.waiting())
  expect(outbox.read(name)).toEqual(event)
  outbox.remove(name)
  expect(outbox.waiting()).toEqual([])
})

test.skipIf(process.platform === 'win32')('only their owner can read what waits: 0600 in 0700', () => {
  const { outbox, directory } = freshOutbox()
  outbox.put(sampleEvent())
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(statSync(join(directory, only(outbox.waiting()))).mode & 0o777).toBe(0o600)
})

test('events wait in the order in which they happened', () => {
  const { outbox } = freshOutbox()
  const now = Date.now()
  for (const age of [3_000, 1_000, 2_000]) outbox.put(sampleEvent(now - age))
  const times = outbox.waiting().map((name) => outbox.read(name)?.timestamp)
  expect(times).toEqual([3_000, 2_000, 1_000].map((age) => new Date(now - age).toISOString()))
})

test.each<[string, (text: string) => string]>([
  ['edited to hold a secret', (text) => text.replace('"run"', '"hunter2secret"')],
  ['edited, at the same length', (text) => text.replace('"run"', '"rum"')],
  ['truncated', (text) => text.slice(0, 100)],
  ['emptied', () => ''],
  ['filled with random bytes', (text) => '\u0000\uffff'.repeat(text.length)],
  ['blown up to 50 MB', () => 'x'.repeat(50_000_000)],
])('a file that was %s is never read as an event', (_, change) => {
  const { outbox, directory } = freshOutbox()
  outbox.put(sampleEvent())
  const name = only(outbox.waiting())
  writeFileSync(join(directory, name), change(readFileSync(join(directory, name), 'utf8')))
  expect(outbox.read(name)).toBeUndefined()
})

test('an event that the catalogue does not know is refused and counted', () => {
  const { outbox } = freshOutbox()
  expect(outbox.put(sampleEvent(Date.now(), { user_name: 'ada' }))).toBe(false)
  expect(outbox.put(sampleEvent())).toBe(true)
  expect(outbox.read(only(outbox.waiting()))?.properties.dropped_events).toBe(1)
})

test('an event that is refused takes the count of those before it along', () => {
  const { outbox } = freshOutbox()
  outbox.put(sampleEvent())
  outbox.discard(only(outbox.waiting()))
  expect(outbox.put(sampleEvent(Date.now(), { user_name: 'ada' }))).toBe(false)
  outbox.put(sampleEvent())
  expect(outbox.read(only(outbox.waiting()))?.properties.dropped_events).toBe(2)
})

test('an event of more than 4 kB is refused, though its author declared it so', () => {
  const note = { type: 'text', shape: 'a*', why: 'to know' } as const
  const names = Array.from({ length: 20 }, (_, index) => `note_${index}`)
  const own = {
    noted: { when: 'Always.', properties: Object.fromEntries(names.map((name) => [name, note])) },
  }
  const outbox = openOutbox(
    join(temporaryDirectory(), 'outbox'),
    createGuard(catalogueOf('visivo_version', own)),
  )
  const noted = (length: number) => {
    const notes = names.map((name) => [name, 'a'.repeat(length)])
    return { ...sampleEvent(), event: 'noted', properties: { ...metadata, ...Object.fromEntries(notes) } }
  }
  expect(outbox.put(noted(50))).toBe(true)
  expect(outbox.put(noted(250))).toBe(false)
})

test('a file of more than 4 kB is never read, though its name and its checksum fit', () => {
  const { outbox, directory } = freshOutbox()
  const event = sampleEvent()
  const put = (text: string) => {
    const name = `${event.uuid}.${Buffer.byteLength(text)}.${checksum(text)}.${guard.edition()}.json`
    writeFileSync(join(directory, name), text)
    return name
  }
  mkdirSync(directory)
  expect(outbox.read(put(JSON.stringify(event)))).toEqual(event)
  expect(outbox.read(put(JSON.stringify(event).padEnd(4_097)))).toBeUndefined()
})

test('what was dropped goes with the next event, once, and is not lost when that one is dropped too', () => {
  const { outbox } = freshOutbox()
  outbox.put(sampleEvent())
  outbox.discard(only(outbox.waiting()))
  outbox.put(sampleEvent())
  outbox.discard(only(outbox.waiting()))
  outbox.put(sampleEvent())
  outbox.put(sampleEvent(Date.now() + 1))
  expect(outbox.waiting().map((name) => outbox.read(name)?.properties.dropped_events)).toEqual([2, undefined])
})

test('what somebody else has taken away meanwhile was delivered or counted by them, and is not counted again', () => {
  const { outbox } = freshOutbox()
  outbox.put(sampleEvent())
  const name = only(outbox.waiting())
  outbox.remove(name)
  expect(outbox.discard(name)).toBe(true)
  outbox.put(sampleEvent())
  expect(outbox.read(only(outbox.waiting()))?.properties).not.toHaveProperty('dropped_events')
})

test('an event for whose name there is no room leaves nothing half written behind', () => {
  const { outbox, directory } = freshOutbox()
  const event = sampleEvent()
  outbox.put(event)
  const name = only(outbox.waiting())
  outbox.remove(name)
  mkdirSync(join(directory, name))
  expect(outbox.put(event)).toBe(false)
  expect(readdirSync(directory)).toEqual([name])
})

test('the oldest go first when there are more than a thousand', () => {
  const now = Date.now()
  const names = Array.from({ length: OUTBOX_LIMITS.events + 2 }, (_, age) => file(now + age, 500))
  expect(overCaps(names, now)).toEqual(names.slice(0, 2).reverse())
})

test('the oldest go first when there are more than two megabytes', () => {
  const now = Date.now()
  const names = Array.from({ length: 600 }, (_, age) => file(now + age, 4_000))
  expect(overCaps(names, now)).toHaveLength(100)
})

test('with the next event the oldest go, though they are few, where they are more than two megabytes beside what is no event', () => {
  const { outbox, directory } = freshOutbox()
  mkdirSync(directory)
  const now = Date.now()
  for (let age = 1; age <= 502; age += 1) writeFileSync(join(directory, file(now - age, 4_000)), '')
  // Its name states no size.
  writeFileSync(join(directory, 'notes.txt'), '')
  outbox.put(sampleEvent(now))
  expect(outbox.waiting()).toHaveLength(500)
})

test('a thousand events that a clock far ahead has named keep nobody out once it is right again', () => {
  const { outbox, directory } = freshOutbox()
  mkdirSync(directory)
  const nextYear = Date.now() + 365 * 86_400_000
  const named = Array.from({ length: OUTBOX_LIMITS.events }, (_, age) => file(nextYear + age, 500))
  for (const name of named) writeFileSync(join(directory, name), '')
  const event = sampleEvent()
  outbox.put(event)
  expect(outbox.waiting().map((name) => name.slice(0, 36))).toEqual(
    [event.uuid, ...named.slice(1)].map((name) => name.slice(0, 36)),
  )
})

test('nothing waits for more than fourteen days', () => {
  const now = Date.now()
  const old = file(now - (OUTBOX_LIMITS.days * 86_400_000 + 1), 500)
  const young = file(now - (OUTBOX_LIMITS.days * 86_400_000 - 1), 500)
  expect(overCaps([old, young], now)).toEqual([old])
})

test('nor where nothing was written for so long, and only a courier of another PostHog looks', () => {
  const { directory } = freshOutbox()
  const longAgo = Date.now() - 20 * 86_400_000
  openOutbox(directory, guard, () => longAgo).put(sampleEvent(longAgo))
  utimesSync(directory, longAgo / 1_000, longAgo / 1_000)
  const outbox = openOutbox(directory, guard)
  outbox.tidy()
  expect(outbox.waiting()).toEqual([])
})

test('after an opt-out nothing is left, not even a count or what somebody has half written', () => {
  const { outbox, root, directory } = freshOutbox()
  outbox.put(sampleEvent())
  // Last, for the next event would take the count along.
  outbox.put(sampleEvent(Date.now(), { user_name: 'ada' }))
  writeFileSync(join(directory, `.${uuidV7()}.tmp`), '{')
  expect(readdirSync(root).sort()).toEqual(['dropped', 'outbox'])
  expect(outbox.clear()).toBe(1)
  expect([readdirSync(root), readdirSync(directory)]).toEqual([['outbox'], []])
})

test('an event that another writer has half written is written all the same, and that writer is not disturbed', () => {
  const { outbox, directory } = freshOutbox()
  outbox.put(sampleEvent())
  const event = sampleEvent()
  const unfinished = `.${event.uuid}.tmp`
  writeFileSync(join(directory, unfinished), '{')
  expect(outbox.put(event)).toBe(true)
  expect(outbox.waiting()).toHaveLength(2)
  expect(readdirSync(directory)).toContain(unfinished)
})

test('a program whose clock is set a month ahead, by a test of its own, gives up nothing of what waits', () => {
  const { outbox } = freshOutbox()
  for (let count = 0; count < 3; count += 1) outbox.put(sampleEvent())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 86_400_000 })
  onTestFinished(() => void vi.useRealTimers())
  outbox.put(sampleEvent())
  outbox.tidy()
  expect(outbox.waiting()).toHaveLength(4)
})

test('what is unfinished for more than an hour is swept up, and nothing of anybody else', () => {
  const { outbox, directory } = freshOutbox()
  outbox.put(sampleEvent())
  const others = ['notes.txt', 'thesis.json']
  // Of a program whose clock is far behind: it may be writing just now.
  const unfinished = `.${uuidV7(Date.now() - 86_400_000)}.tmp`
  for (const name of [...others, unfinished]) writeFileSync(join(directory, name), 'x')
  const tidyAfter = (minutes: number) =>
    openOutbox(directory, guard, () => Date.now() + minutes * 60_000).tidy()
  tidyAfter(59)
  expect(readdirSync(directory).sort()).toEqual([...outbox.waiting(), ...others, unfinished].sort())
  tidyAfter(61)
  expect(readdirSync(directory).sort()).toEqual([...outbox.waiting(), ...others].sort())
})

test('an event that has no room for the number of those before it goes without, and the next one tells it', () => {
  const { directory } = freshOutbox()
  const words: PropertySpec = { type: 'list', shape: '^a+$', most: 99, why: 'So that it can be large.' }
  const essay = { when: 'Somebody wrote.', properties: { words } }
  const outbox = openOutbox(directory, createGuard(catalogueOf('visivo_version', { essay })))
  const withWords = (words: readonly string[], at: number) => ({
    ...sampleEvent(at),
    event: 'essay',
    properties: { ...metadata, words },
  })
  const many = Array.from({ length: 17 }, () => 'a'.repeat(205))
  const rest = 4_096 - Buffer.byteLength(JSON.stringify(withWords([...many, ''], 0)))
  outbox.countLost(12)
  const full = withWords([...many, 'a'.repeat(rest)], Date.now() - 1)
  expect([outbox.put(full), outbox.put(withWords(['a'], Date.now()))]).toEqual([true, true])
  const told = outbox.waiting().map((name) => outbox.read(name)?.properties.dropped_events)
  expect(told).toEqual([undefined, 12])
})

test('many are put at once: what the disk does not take comes back, and what does not fit is counted', () => {
  const { outbox, directory } = freshOutbox()
  const now = Date.now()
  const [first, second] = [sampleEvent(now - 1), sampleEvent(now)]
  const unfit = { ...sampleEvent(), event: 'no_such_event' }
  writeFileSync(directory, 'in the way')
  expect(outbox.putAll([first, unfit, second])).toEqual([first, second])
  rmSync(directory)
  expect(outbox.putAll([first, second])).toEqual([])
  expect(outbox.waiting().map((name) => outbox.read(name)?.properties.dropped_events)).toEqual([1, undefined])
})

test('an event of another catalogue is no damage: it is left to who knows it, and its number is not lost', () => {
  const { root, directory, outbox } = freshOutbox()
  const other = openOutbox(
    directory,
    createGuard(catalogueOf('visivo_version', { cake: { when: 'A cake was baked.', properties: {} } })),
  )
  outbox.countLost(2)
  other.put({ ...sampleEvent(), event: 'cake', properties: { ...metadata } })
  const name = only(outbox.waiting())
  expect([outbox.read(name), outbox.isDamaged(name)]).toEqual([undefined, false])
  outbox.discard(name)
  expect(statSync(join(root, 'dropped')).size).toBe(3)
})

test.each<[string, (directory: string, root: string) => void]>([
  ['a file', (directory) => writeFileSync(directory, 'mine')],
  [
    'a symbolic link to a directory of somebody else',
    (directory, root) => {
      mkdirSync(join(root, 'photos'))
      writeFileSync(join(root, 'photos', file(0, 5)), '12345')
      symlinkSync(join(root, 'photos'), directory, 'junction')
    },
  ],
])('an outbox that is %s takes no event and harms nothing', (_, replace) => {
  const { outbox, directory, root } = freshOutbox()
  replace(directory, root)
  const before = readdirSync(root, { recursive: true }).sort()
  expect(outbox.put(sampleEvent())).toBe(false)
  outbox.tidy()
  expect([outbox.waiting(), outbox.clear()]).toEqual([[], 0])
  expect(
    readdirSync(root, { recursive: true })
      .filter((name) => name !== 'dropped')
      .sort(),
  ).toEqual(before)
})

test('an event in a directory that is a symbolic link is not read: it was never put there', () => {
  const { outbox, directory, root } = freshOutbox()
  outbox.put(sampleEvent())
  const name = only(outbox.waiting())
  renameSync(directory, join(root, 'photos'))
  symlinkSync(join(root, 'photos'), directory, 'junction')
  expect(outbox.read(name)).toBeUndefined()
})

test.skipIf(process.platform === 'win32')(
  'a symbolic link in the place of an event is damage, and not followed',
  () => {
    const { outbox, directory, root } = freshOutbox()
    outbox.put(sampleEvent())
    const name = only(outbox.waiting())
    const text = readFileSync(join(directory, name))
    outbox.remove(name)
    writeFileSync(join(root, 'elsewhere'), text)
    symlinkSync(join(root, 'elsewhere'), join(directory, name))
    expect(outbox.read(name)).toBeUndefined()
    expect(outbox.isDamaged(name)).toBe(true)
  },
)

test.skipIf(process.platform === 'win32')(
  'a pipe in the place of an event is damage, and not waited for',
  () => {
    const { outbox, directory } = freshOutbox()
    outbox.put(sampleEvent())
    const name = only(outbox.waiting())
    outbox.remove(name)
    execFileSync('mkfifo', [join(directory, name)])
    expect(outbox.read(name)).toBeUndefined()
    expect(outbox.isDamaged(name)).toBe(true)
  },
)

test('a directory that was deleted is made again by the next event', () => {
  const { outbox, directory } = freshOutbox()
  outbox.put(sampleEvent())
  rmSync(directory, { recursive: true })
  expect(outbox.put(sampleEvent())).toBe(true)
})

/** The name of an event's file, made at a time and of a size. */
function file(time: number, bytes: number): string {
  return `${uuidV7(time)}.${bytes}.01234567.89abcdef.json`
}
