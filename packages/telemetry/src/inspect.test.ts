import { appendFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { afterFailure, afterSuccess, openCourierState, readCourierState } from './courier-state.ts'
import { catalogueOf } from './events.ts'
import { createGuard } from './guard.ts'
import { inspectTelemetry, readSent } from './inspect.ts'
import { noTelemetry } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import { type Places, placesOf } from './places.ts'
import { logSent } from './sent-log.ts'
import type { Telemetry } from './telemetry.ts'
import { toWire } from './wire.ts'

const OTHER = { VISIVO_POSTHOG_HOST: 'http://127.0.0.1:2', VISIVO_POSTHOG_API_KEY: 'phc_other' }
const NONE = { VISIVO_POSTHOG_HOST: '', VISIVO_POSTHOG_API_KEY: '' }

function placesFor(telemetry: Telemetry): Places {
  const { product, home, env } = telemetry.world
  const { VISIVO_POSTHOG_HOST: host = '', VISIVO_POSTHOG_API_KEY: apiKey = '' } = env
  return placesOf(product, home, { host, apiKey })
}

function wait(telemetry: Telemetry, ...events: ReturnType<typeof sampleEvent>[]): void {
  const outbox = openOutbox(placesFor(telemetry).outbox, telemetry.guard)
  for (const event of events) outbox.put(event)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

test('what waits is shown as it would be sent, and what waits for others is counted', () => {
  const home = temporaryDirectory()
  const [here, elsewhere, nowhere] = [{}, OTHER, NONE].map((env) => personsTelemetry(env, home))
  const event = sampleEvent()
  if (!here || !elsewhere || !nowhere) throw new Error('three were made')
  wait(here, event)
  wait(elsewhere, sampleEvent(), sampleEvent())
  expect(inspectTelemetry(here)).toMatchObject({
    recording: true,
    waiting: [toWire(event)],
    waitingElsewhere: 2,
  })
  expect(inspectTelemetry(elsewhere)).toMatchObject({ waitingElsewhere: 1 })
  expect(inspectTelemetry(nowhere)).toMatchObject({ recording: false, waitingElsewhere: 0 })
  expect(inspectTelemetry(nowhere).waiting).toHaveLength(3)
})

test('what another version recorded is counted beside it: it waits as well', () => {
  const telemetry = personsTelemetry()
  const { outbox } = placesFor(telemetry)
  const theirs = createGuard(catalogueOf('visivo_version', { cake: { when: 'Baked.', properties: {} } }))
  wait(telemetry, sampleEvent())
  openOutbox(outbox, theirs).put(sampleEvent())
  const seen = inspectTelemetry(telemetry)
  expect([seen.waiting.length, seen.waitingOfOthers, seen.waitingElsewhere]).toEqual([1, 1, 0])
})

test('the courier of another version is not taken for the one that sends what this one records', () => {
  const telemetry = personsTelemetry()
  const { destination, outbox } = placesFor(telemetry)
  mkdirSync(outbox, { recursive: true })
  const lock = holdCourierLock(destination, 'feedc0de', claimCourierLock(destination, 'feedc0de') ?? 0)
  onTestFinished(() => lock?.release())
  expect(inspectTelemetry(telemetry).courier).toEqual({ alive: false })
})

test('a look leaves what waits where it is, also once its person has opted out', () => {
  const telemetry = personsTelemetry()
  wait(telemetry, sampleEvent())
  write(placesFor(telemetry).config, 'telemetry_enabled: false\n')
  expect(inspectTelemetry(telemetry).recording).toBe(false)
  expect(inspectTelemetry(telemetry).waiting).toHaveLength(1)
})

test('no key is in it, and nothing is written', () => {
  const telemetry = personsTelemetry()
  const { home } = telemetry.world
  expect(JSON.stringify(inspectTelemetry(telemetry))).not.toContain('phc_secret')
  expect(inspectTelemetry(telemetry)).toMatchObject({
    destination: { host: 'http://127.0.0.1:1', hasKey: true },
    notice: 'due',
    courier: { alive: false },
  })
  expect(readdirSync(home)).toEqual([])
})

test('what was dropped is counted whether or not an event has reported it', () => {
  const telemetry = personsTelemetry()
  const { sentLog, tally } = placesFor(telemetry)
  wait(telemetry, sampleEvent(Date.now(), { dropped_events: 2 }))
  logSent(sentLog, [toWire(sampleEvent(Date.now(), { dropped_events: 3 }))], Date.now())
  appendFileSync(tally, '.....')
  expect(inspectTelemetry(telemetry).dropped).toBe(10)
})

test('what somebody wrote into the log in place of that number counts as none', () => {
  const telemetry = personsTelemetry()
  const { sentLog } = placesFor(telemetry)
  mkdirSync(dirname(sentLog), { recursive: true })
  for (const dropped_events of [3, 'many', { toString: 1 }])
    logSent(sentLog, [toWire(sampleEvent(Date.now(), { dropped_events }))], Date.now())
  expect(inspectTelemetry(telemetry).dropped).toBe(3)
  expect(readSent(telemetry)).toHaveLength(2)
})

test.each<[string, Record<string, string>, Record<string, string>]>([
  ['here', OTHER, {}],
  ['elsewhere', {}, OTHER],
])(
  'the last success and failure and the first next attempt are told, also where the last was %s',
  (...row) => {
    const [, before, last] = row
    const home = temporaryDirectory()
    const now = Date.now()
    const fail = (env: Record<string, string>, ago: number, pause: number) => {
      const { state, destination } = placesFor(personsTelemetry(env, home))
      mkdirSync(destination, { recursive: true })
      const arrived = afterSuccess(readCourierState(state), now - 10 * ago)
      openCourierState(state).write(afterFailure(arrived, now - ago, `${ago} ms ago`, pause))
    }
    fail(before, 2_000, 600_000)
    fail(last, 1_000, 60_000)
    expect(inspectTelemetry(personsTelemetry(NONE, home))).toMatchObject({
      lastSuccess: new Date(now - 10_000).toISOString(),
      lastFailure: { at: new Date(now - 1_000).toISOString(), reason: '1000 ms ago' },
      nextAttempt: new Date(now + 59_000).toISOString(),
    })
  },
)

test.each<[string, Record<string, string>, object]>([
  ['in CI', { CI: 'true' }, { notice: 'shown', recording: true }],
  ['in debug mode', { VISIVO_TELEMETRY_DEBUG: '1' }, { recording: false, decision: { enabled: true } }],
  ['with an opt-out', { DO_NOT_TRACK: '1' }, { recording: false, reason: 'DO_NOT_TRACK is set (1)' }],
  [
    'with an opt-out against a yes',
    { DO_NOT_TRACK: '1', VISIVO_TELEMETRY_DISABLED: '0' },
    { contradiction: 'not disabled by VISIVO_TELEMETRY_DISABLED (0), but DO_NOT_TRACK is set (1)' },
  ],
])('%s', (_, env, expected) => {
  expect(inspectTelemetry(personsTelemetry(env))).toMatchObject(expected)
})

test('that a PostHog is configured is no yes that an opt-out would contradict', () => {
  expect(inspectTelemetry(personsTelemetry({ DO_NOT_TRACK: '1' })).contradiction).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['a value that is no object', 'null\n5\n"text"\n'],
  [
    'objects of another kind',
    '{"lastSuccess":{},"lastFailure":7,"retryAt":"x"}\n{"sent_at":1,"event":null}\n',
  ],
  ['what is no JSON', '{"sent_at":\n\u0000'],
])('files that hold %s are as good as none', (_, text) => {
  const telemetry = personsTelemetry()
  const { state, sentLog, outbox, tally } = placesFor(telemetry)
  for (const path of [state, sentLog, `${outbox}/foreign.json`, `${tally}/in-the-way`]) write(path, text)
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: true, waiting: [] })
  expect(inspectTelemetry(telemetry).lastSuccess).toBeUndefined()
  expect(inspectTelemetry(telemetry).lastFailure).toBeUndefined()
  expect(inspectTelemetry(telemetry).dropped).toBe(0)
  expect(readSent(telemetry)).toEqual([])
})

test.each<[string, (path: string) => void, string]>([
  [
    'a link to nothing',
    (path) => symlinkSync(`${path}-gone`, path, 'junction'),
    'a link that leads to no directory',
  ],
  ['a file', (path) => writeFileSync(path, 'mine'), 'not a directory'],
])('%s in the way of the outbox keeps it from recording, and is the reason', (_sentence, put, kind) => {
  const telemetry = personsTelemetry()
  const inTheWay = join(telemetry.world.home, '.visivo')
  put(inTheWay)
  expect(inspectTelemetry(telemetry)).toMatchObject({
    recording: false,
    decision: { enabled: true },
    reason: `${inTheWay} is ${kind}, so nothing is recorded`,
  })
})

test('without a home directory it says so', () => {
  const telemetry = personsTelemetry({}, '')
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: false, waiting: [] })
  expect(inspectTelemetry(telemetry).reason).toContain('the home directory is unknown')
})

test('what was sent to any destination is read in its order, by name and by time', () => {
  const home = temporaryDirectory()
  const at = Date.parse('2026-01-31T10:00:00.000Z')
  const events = [sampleEvent(), sampleEvent(), sampleEvent()].map(toWire)
  for (const [index, env] of [{}, OTHER, {}].entries())
    logged(personsTelemetry(env, home), events.slice(index, index + 1), at + index * 1_000)
  const telemetry = personsTelemetry(NONE, home)
  expect(readSent(telemetry).map(({ event }) => event)).toEqual(events)
  expect(readSent(telemetry, { since: new Date(at + 1_000) })).toHaveLength(2)
  expect(readSent(telemetry, { event: 'api_request' })).toEqual([])
  // As a program without types may hand it over.
  const since: object = { since: new Date(at + 2_000).toISOString() }
  expect(readSent(telemetry, since)).toHaveLength(1)

  function logged(one: Telemetry, sent: typeof events, when: number): void {
    mkdirSync(placesFor(one).destination, { recursive: true })
    logSent(placesFor(one).sentLog, sent, when)
  }
})

test('where a bundler left it behind, it says so, and does not blame the home directory', () => {
  expect(inspectTelemetry(noTelemetry({}))).toMatchObject({
    recording: false,
    reason: 'telemetry could not be loaded',
  })
})
