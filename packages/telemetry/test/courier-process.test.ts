import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { visivo } from '@visivo/telemetry-config'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CourierJob, placesOfJob } from '../src/courier-job.ts'
import { courierPids } from '../src/courier-lock.ts'
import { readCourierState } from '../src/courier-state.ts'
import { openOutbox } from '../src/outbox.ts'
import { placesOf } from '../src/places.ts'
import { courierFile, environmentFor } from '../src/start-courier.ts'
import { startReceiver } from '../src/testing.ts'
import { isWithoutCourier, run, until } from './processes.ts'
import { guard, sampleEvent, temporaryDirectory } from './samples.ts'
import { fixture } from './scene.ts'

const COURIER = courierFile('courier-process', join(import.meta.dirname, '..', 'dist')) ?? 'none'

/** A descriptor that Node hands on: to those below 16 it does not. */
const HANDED_ON = 20

/** Tells whether that is still open when TLS is loaded. */
const WATCH = `
import { fstatSync } from 'node:fs'
const { getBuiltinModule } = process
const handedOn = fstatSync(${HANDED_ON}).ino
process.getBuiltinModule = (name) => {
  if (name === 'node:https') process.stdout.write(isOpen() ? 'open' : 'closed')
  return getBuiltinModule(name)
}
function isOpen() {
  try {
    // Another file may have got its number.
    return fstatSync(${HANDED_ON}).ino === handedOn
  } catch {
    return false
  }
}
`

// Only Linux shows what was inherited.
test.runIf(process.platform === 'linux')(
  'a courier has closed what it was handed on before Node opens certificates: of those it would close one in use',
  async () => {
    const home = temporaryDirectory()
    const watch = join(home, 'watch.mjs')
    writeFileSync(watch, WATCH)
    const job = { product: visivo, home, destination: { host: 'http://127.0.0.1:9', apiKey: 'phc_test' } }
    const handedOn = openSync(watch, 'r')
    const courier = spawn(process.execPath, ['--import', watch, COURIER], {
      env: environmentFor({ ...job, extras: {} }),
      stdio: Object.assign(Array(HANDED_ON).fill('ignore'), { 1: 'pipe', [HANDED_ON]: handedOn }),
    })
    closeSync(handedOn)
    onTestFinished(() => void courier.kill('SIGKILL'))
    const [seen] = courier.stdout ? await once(courier.stdout, 'data') : []
    expect(String(seen)).toBe('closed')
  },
)

/** Runs twenty commands of a person's, each with telemetry of its own, and says how many more listen for its end then. */
const HOST = `
import { createTelemetry, followCommand } from '@visivo/telemetry'
const before = process.listenerCount('exit')
for (let time = 0; time < 20; time += 1)
  followCommand(createTelemetry({ version: '1.2.3' }), ['run'], { name: 'tool' }).ended()
console.log(process.listenerCount('exit') - before)
`

test('a program that sets up telemetry for each of its commands, in CI, listens for its end once, and not for each', async () => {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  const env = {
    HOME: home,
    USERPROFILE: home,
    CI: 'true',
    VISIVO_POSTHOG_HOST: destination.host,
    VISIVO_POSTHOG_API_KEY: destination.apiKey,
  }
  const program = [process.execPath, '--input-type=module', '-e', HOST]
  const { stdout } = await run(program, { env, cwd: join(import.meta.dirname, '..') })
  await until('no courier', () => isWithoutCourier(placesOf(visivo, home, destination)))
  expect(stdout).toBe('1\n')
})

// It ends by a signal, which Windows has none of.
describe.skipIf(process.platform === 'win32')('of the minute that a courier has', () => {
  test('no process is left three seconds after the last event, also after one that came while it waited', async () => {
    const { job, receiver, places } = await jobOf()
    const outbox = openOutbox(places.outbox, guard)
    const courier = startCourier(job)
    for (const before of [0, 2_999]) {
      courier.passes(before)
      outbox.put(sampleEvent())
      await until('an event that was sent', () => outbox.waiting().length === 0)
    }
    courier.passes(2_999 + 3_000)
    expect(await courier.ended).toEqual([null, 'SIGKILL'])
    expect(receiver.events).toHaveLength(2)
  })

  test('its evening comes before its last words: it waits for no event any more, and none is left behind', async () => {
    const { job, places } = await jobOf()
    const courier = startCourier({ ...job, early: true })
    await until('a courier at work', () => courierPids(places.destination).length > 0)
    // From 49 seconds on it begins no request.
    courier.passes(48_999)
    expect(await courier.ended).toEqual([null, 'SIGKILL'])
  })

  test('its last words are those that it has begun: what it began later would be broken off, and sent twice', async () => {
    const { job, receiver, places } = await jobOf()
    const outbox = openOutbox(places.outbox, guard)
    // More than go with one request.
    for (let event = 0; event < 101; event += 1) outbox.put(sampleEvent())
    const courier = startCourier(job)
    // As the request comes, and so before its answer.
    receiver.misbehave({ delay: 500, towards: () => courier.passes(49_000) })
    await courier.ended
    expect([receiver.bodies.length, outbox.waiting().length]).toEqual([1, 1])
  })

  test('the end comes in the middle of a request as well', async () => {
    const { job, receiver, places } = await jobOf()
    receiver.misbehave({ instead: 'silence' })
    openOutbox(places.outbox, guard).put(sampleEvent())
    const courier = startCourier(job)
    await receiver.requested(1)
    courier.passes(60_000)
    await courier.ended
    // By the request's own deadline it would have failed.
    expect(readCourierState(places.state).failures).toBe(0)
  })

  test('nothing is left eleven seconds later, whatever holds on to it and knows of no signal', async () => {
    const { job, receiver, places } = await jobOf()
    receiver.misbehave({ instead: 'silence' })
    openOutbox(places.outbox, guard).put(sampleEvent())
    const courier = startCourier(job, 'AbortController.prototype.abort = () => {}')
    await receiver.requested(1)
    courier.passes(71_000)
    expect(await courier.ended).toEqual([null, 'SIGKILL'])
    // PostHog's own client would have given up before long.
    expect(readCourierState(places.state).failures).toBe(0)
  })

  test('it ends at once where the disk can’t be used, whatever holds on to it', async () => {
    const { job, places } = await jobOf()
    mkdirSync(dirname(places.outbox), { recursive: true })
    writeFileSync(places.outbox, 'in the way')
    expect(await startCourier(job).ended).toEqual([null, 'SIGKILL'])
  })
})

/** A job in a home and for a PostHog of its own. */
async function jobOf() {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const destination = { host: receiver.url, apiKey: 'phc_test' }
  const job: CourierJob = { product: visivo, home: temporaryDirectory(), destination, extras: {} }
  return { job, receiver, places: placesOfJob(job) }
}

/** Starts a courier whose time passes as it is told. */
function startCourier(job: CourierJob, first = '') {
  const loads = [
    `data:text/javascript,${encodeURIComponent(first)}`,
    pathToFileURL(fixture('told-time.mjs')).href,
  ]
  const courier = spawn(process.execPath, [...loads.flatMap((url) => ['--import', url]), COURIER], {
    env: environmentFor(job),
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  onTestFinished(() => void courier.kill('SIGKILL'))
  return {
    /** So many milliseconds of its life have passed. */
    passes: (milliseconds: number) => courier.stdin.write(`${milliseconds}\n`),
    /** Its exit code, and the signal that ended it. */
    ended: once(courier, 'exit'),
  }
}
