import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { afterFailure, openCourierState, readCourierState } from './courier-state.ts'
import { catalogueOf } from './events.ts'
import { flush } from './flush.ts'
import { createGuard } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { startReceiver } from './testing/receiver.ts'

async function waitingAt(count: number, env: Readonly<Record<string, string>> = {}) {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const telemetry = personsTelemetry({ VISIVO_POSTHOG_HOST: receiver.url, ...env })
  const { product, home } = telemetry.world
  const places = placesOf(product, home, { host: receiver.url, apiKey: 'phc_secret' })
  const outbox = openOutbox(places.outbox, telemetry.guard)
  for (let index = 0; index < count; index++) outbox.put(sampleEvent(Date.now() + index))
  return { receiver, telemetry, places, outbox }
}

test('everything that waits arrives, in more batches than one', async () => {
  const { receiver, telemetry, outbox } = await waitingAt(120)
  expect(await flush(telemetry)).toMatchObject({ ok: true, sent: 120, waiting: 0 })
  expect(receiver.events).toHaveLength(120)
  expect(outbox.waiting()).toEqual([])
})

test('so it does where the program has set its clock a month ahead', async () => {
  const { receiver, telemetry } = await waitingAt(3)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 30 * 86_400_000 })
  onTestFinished(() => void vi.useRealTimers())
  expect(await flush(telemetry)).toMatchObject({ ok: true, sent: 3, waiting: 0 })
  expect(receiver.events).toHaveLength(3)
})

test('an event that is refused is given up, and its neighbours arrive', async () => {
  const { receiver, telemetry, outbox } = await waitingAt(3)
  const bad = outbox.read(outbox.waiting()[1] ?? '')?.uuid
  receiver.misbehave({ status: 400, towards: (batch) => batch.some(({ uuid }) => uuid === bad) })
  expect(await flush(telemetry)).toEqual({
    ok: true,
    says: [`Sent 2 events to ${receiver.url}.`, 'Gave up 1 event that the server or the catalogue refuses.'],
    sent: 2,
    waiting: 0,
  })
})

test('a file that holds no event is given up, and its neighbours arrive', async () => {
  const { receiver, telemetry, places, outbox } = await waitingAt(3)
  writeFileSync(join(places.outbox, outbox.waiting()[1] ?? ''), '{"event":')
  expect(await flush(telemetry)).toMatchObject({
    ok: true,
    says: [`Sent 2 events to ${receiver.url}.`, 'Gave up 1 event that the server or the catalogue refuses.'],
  })
})

test('what arrived counts as sent, also where it can not be noted in the log', async () => {
  const { receiver, telemetry, places } = await waitingAt(3)
  mkdirSync(places.sentLog)
  expect(await flush(telemetry)).toEqual({
    ok: true,
    says: [`Sent 3 events to ${receiver.url}.`],
    sent: 3,
    waiting: 0,
  })
})

test('what is gone in the moment before it would be sent waits no more, and that is said', async () => {
  const { telemetry, outbox } = await waitingAt(2)
  const tooLate: typeof telemetry = {
    ...telemetry,
    courierJob: (destination) => {
      outbox.clear()
      return telemetry.courierJob(destination)
    },
  }
  const says = ['Nothing waits any more.']
  expect(await flush(tooLate)).toEqual({ ok: true, says, sent: 0, waiting: 0 })
})

test('who opts out while it sends is not told that a server has refused what went with that', async () => {
  const { telemetry, places, outbox } = await waitingAt(2)
  writeFileSync(join(places.outbox, outbox.waiting()[1] ?? ''), '{"event":')
  const optingOut: typeof telemetry = {
    ...telemetry,
    courierJob: (destination) => {
      writeFileSync(places.config, 'telemetry_enabled: false\n')
      return telemetry.courierJob(destination)
    },
  }
  const says = ['Nothing waits any more.']
  expect(await flush(optingOut)).toEqual({ ok: true, says, sent: 0, waiting: 0 })
})

test('a courier that is at work goes first', async () => {
  const { receiver, telemetry, places, outbox } = await waitingAt(1)
  const edition = telemetry.guard.edition()
  const claim = claimCourierLock(places.destination, edition) ?? 0
  const lock = holdCourierLock(places.destination, edition, claim)
  const flushed = flush(telemetry)
  for (const name of outbox.waiting()) outbox.remove(name)
  expect((await flushed).says[0]).toBe(`A courier is at work (process ${process.pid}); it went first.`)
  lock?.release()
  expect(receiver.connections).toBe(0)
})

test('whoever has enough of waiting for a courier at work does not wait until that is done', async () => {
  // As long as it is waited for, no time passes.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
  onTestFinished(() => clock.mockRestore())
  const { receiver, telemetry, places } = await waitingAt(1)
  const edition = telemetry.guard.edition()
  const lock = holdCourierLock(
    places.destination,
    edition,
    claimCourierLock(places.destination, edition) ?? 0,
  )
  expect(await flush(telemetry, {}, AbortSignal.abort())).toMatchObject({ ok: false, sent: 0, waiting: 1 })
  expect([receiver.connections, lock?.held()]).toEqual([0, true])
})

test('a courier of another catalogue is neither waited for nor disturbed', async () => {
  const { receiver, telemetry, places } = await waitingAt(1)
  const claim = claimCourierLock(places.destination, 'feedc0de') ?? 0
  const lock = holdCourierLock(places.destination, 'feedc0de', claim)
  expect(await flush(telemetry)).toEqual({
    ok: true,
    says: [`Sent 1 event to ${receiver.url}.`],
    sent: 1,
    waiting: 0,
  })
  expect(lock?.held()).toBe(true)
})

test('a courier at work is not waited for where all that waits is of another catalogue', async () => {
  const { receiver, telemetry, places } = await waitingAt(0)
  openOutbox(
    places.outbox,
    createGuard(catalogueOf('visivo_version', { cake: { when: 'Baked.', properties: {} } })),
  ).put(sampleEvent())
  const edition = telemetry.guard.edition()
  holdCourierLock(places.destination, edition, claimCourierLock(places.destination, edition) ?? 0)
  expect(await flush(telemetry)).toEqual({
    ok: false,
    says: ['1 event still waits: recorded meanwhile, or by another version.'],
    sent: 0,
    waiting: 1,
  })
  expect(receiver.connections).toBe(0)
})

test('what another version recorded last, an hour ago, is sent, also where nothing else waits', async () => {
  const { receiver, telemetry, places } = await waitingAt(0)
  const theirs = createGuard(catalogueOf('visivo_version', { cake: { when: 'Baked.', properties: {} } }))
  const then = Date.now() - 2 * 3_600_000
  openOutbox(places.outbox, theirs).put(sampleEvent(then))
  // Nothing has changed there since.
  utimesSync(places.outbox, new Date(then), new Date(then))
  expect(await flush(telemetry)).toMatchObject({ ok: true, sent: 1, waiting: 0 })
  expect(receiver.events).toHaveLength(1)
})

test('a courier that was asked to wait, such as the one of a server, is not waited for', async () => {
  const { receiver, telemetry, places } = await waitingAt(1)
  const edition = telemetry.guard.edition()
  const claim = claimCourierLock(places.destination, edition) ?? 0
  const lock = holdCourierLock(places.destination, edition, claim)
  const failed = afterFailure(readCourierState(places.state), Date.now(), 'the server said 503', 3_600_000)
  openCourierState(places.state).write(failed)
  expect(await flush(telemetry)).toEqual({
    ok: true,
    says: [`Sent 1 event to ${receiver.url}.`],
    sent: 1,
    waiting: 0,
  })
  expect(lock?.held()).toBe(false)
})

test.each<[string, Record<string, string>, string]>([
  [
    'telemetry is off',
    { DO_NOT_TRACK: '1' },
    'Nothing is sent, because telemetry is off: DO_NOT_TRACK is set (1).',
  ],
  [
    'it is debug mode',
    { VISIVO_TELEMETRY_DEBUG: '1' },
    'Nothing is sent, because VISIVO_TELEMETRY_DEBUG is set.',
  ],
])('nothing is sent and no connection opened when %s', async (_, env, says) => {
  const { receiver, telemetry } = await waitingAt(2, env)
  expect(await flush(telemetry)).toEqual({
    ok: false,
    says: [says, '2 events go on waiting.'],
    sent: 0,
    waiting: 2,
  })
  expect(receiver.connections).toBe(0)
})

test('a server that asks to come back later is asked once, and not over and over for a minute', async () => {
  const { receiver, telemetry } = await waitingAt(2)
  receiver.misbehave({ status: 503 })
  expect(await flush(telemetry)).toEqual({
    ok: false,
    says: ['2 events still wait: the server answered 503.'],
    sent: 0,
    waiting: 2,
  })
  expect(receiver.bodies).toHaveLength(1)
})

test('a signal ends it, and what was not acknowledged waits on', async () => {
  const { receiver, telemetry } = await waitingAt(1)
  receiver.misbehave({ instead: 'silence' })
  const stop = new AbortController()
  const flushed = flush(telemetry, {}, stop.signal)
  await receiver.requested(1)
  stop.abort()
  expect(await flushed).toEqual({
    ok: false,
    says: ['1 event still waits: it was stopped.'],
    sent: 0,
    waiting: 1,
  })
})

test.each([
  ['in the project', '.env'],
  ['in the env file that was loaded', 'prod.env'],
])(
  'an opt-out %s is heard while it sends: it stops, and no failure of the server is noted',
  async (_, name) => {
    const { receiver, telemetry, places } = await waitingAt(1)
    receiver.misbehave({ instead: 'silence' })
    const projectDirectory = temporaryDirectory()
    const envFilePath = join(projectDirectory, 'prod.env')
    const before = process.cwd()
    process.chdir(projectDirectory)
    onTestFinished(() => process.chdir(before))
    // Where it stands is its project, unless it is told.
    const flushed = flush(telemetry, { envFilePath })
    await receiver.requested(1)
    writeFileSync(join(projectDirectory, name), 'export  DO_NOT_TRACK=1\n')
    expect(await flushed).toMatchObject({ ok: false, sent: 0, waiting: 1 })
    expect(readCourierState(places.state).failures).toBe(0)
  },
)

test('who asks for a PostHog for which nothing waits is told of what waits for another one', async () => {
  const { receiver, telemetry } = await waitingAt(2)
  const { home } = telemetry.world
  const elsewhere = personsTelemetry({}, home)
  expect(await flush(elsewhere)).toMatchObject({
    ok: true,
    says: ['Nothing waits to be sent to http://127.0.0.1:1; 2 events wait for other destinations.'],
  })
  expect(receiver.connections).toBe(0)
})

test('where no PostHog can be told from the settings, what waits is no success', async () => {
  const { telemetry } = await waitingAt(1)
  const nowhere = personsTelemetry({ VISIVO_POSTHOG_HOST: 'http://example.com' }, telemetry.world.home)
  const { ok, says, waiting } = await flush(nowhere)
  expect([ok, waiting, says.at(-1)]).toEqual([false, 1, '1 event goes on waiting.'])
})
