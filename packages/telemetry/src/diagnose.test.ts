import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fill, unlessMounts } from '../test/mounts.ts'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent } from '../test/samples.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { afterFailure, openCourierState } from './courier-state.ts'
import { diagnose } from './diagnose.ts'
import { NO_POSTHOG } from './in-words.ts'
import { makePlace } from './make-place.ts'
import { openOutbox } from './outbox.ts'
import { type Places, placesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'
import { type Misbehaviour, startReceiver } from './testing.ts'

const OFF = { DO_NOT_TRACK: '1' }

function personsOutbox() {
  const { world } = personsTelemetry(OFF)
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_secret' }
  const { directory, root, outbox } = placesOf(world.product, world.home, destination)
  mkdirSync(dirname(outbox), { recursive: true })
  return {
    paths: { home: world.home, directory, root, outbox },
    check: async () =>
      (await diagnose(personsTelemetry(OFF, world.home))).find(({ name }) => name === 'outbox'),
  }
}

type Place = keyof ReturnType<typeof personsOutbox>['paths']

const file = (path: string) => writeFileSync(path, 'mine')
const linkToNothing = (path: string) => symlinkSync(`${path}-gone`, path, 'junction')
const linkToDirectory = (path: string) => {
  mkdirSync(`${path}-elsewhere`)
  symlinkSync(`${path}-elsewhere`, path, 'junction')
}

test.each<[string, Place, (path: string) => void, string]>([
  ['a file for the directory of the tool', 'directory', file, 'is not a directory'],
  ['a file for the directory of telemetry', 'root', file, 'is not a directory'],
  ['a file for the outbox', 'outbox', file, 'is not a directory'],
  [
    'a link to nothing for the directory of the tool',
    'directory',
    linkToNothing,
    'is a link that leads to no',
  ],
  ['a link to nothing for the directory of telemetry', 'root', linkToNothing, 'is a link that leads to no'],
  ['a link for the outbox, which is none then', 'outbox', linkToDirectory, 'is a link, so nothing is'],
])('what stands in the way of the outbox is named: %s', async (_sentence, place, put, says) => {
  const { paths, check } = personsOutbox()
  rmSync(paths[place], { recursive: true, force: true })
  put(paths[place])
  expect(await check()).toMatchObject({
    ok: false,
    says: expect.stringContaining(`${paths[place]} ${says}`),
    advice: 'Move it away: a directory is made in its place.',
  })
})

test('a home that is a file is none', async () => {
  const { paths, check } = personsOutbox()
  rmSync(paths.home, { recursive: true })
  file(paths.home)
  expect(await check()).toMatchObject({ ok: false, says: expect.stringContaining('there is no home') })
})

test.each<[string, Place]>([
  ['the tool', 'directory'],
  ['telemetry', 'root'],
])('a link to a directory for that of %s is as good as one', async (_sentence, place) => {
  const { paths, check } = personsOutbox()
  rmSync(paths[place], { recursive: true })
  linkToDirectory(paths[place])
  expect(await check()).toMatchObject({ ok: true, says: `${paths.outbox} can be made` })
})

test('an outbox that is there can be written to', async () => {
  const { paths, check } = personsOutbox()
  mkdirSync(paths.outbox)
  expect(await check()).toMatchObject({ ok: true, says: `${paths.outbox} can be written to` })
})

test.skipIf(unlessMounts() !== undefined)('a full disk under the outbox is told', async () => {
  const { paths, check } = personsOutbox()
  mkdirSync(paths.outbox)
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', paths.outbox])
  onTestFinished(() => void spawnSync('umount', ['-l', paths.outbox]))
  expect(await check()).toMatchObject({ ok: true })
  fill(join(paths.outbox, 'full'))
  expect(await check()).toMatchObject({ ok: false, says: expect.stringContaining('is full, so nothing is') })
})

test('with telemetry off nobody is sent to a command that would send nothing', async () => {
  const checks = await diagnose(personsTelemetry(OFF))
  const courier = checks.find(({ name }) => name === 'courier')
  expect(courier).toEqual({ name: 'courier', ok: true, says: 'none is started while telemetry is off' })
})

test('in debug mode, in which nothing is sent, a doctor opens no connection either', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const env = { VISIVO_POSTHOG_HOST: receiver.url, VISIVO_TELEMETRY_DEBUG: '1' }
  const checks = await diagnose(personsTelemetry(env))
  expect(checks.find(({ name }) => name === 'host')?.says).toContain('was not asked')
  expect(checks.find(({ name }) => name === 'switch')?.says).toContain(
    'telemetry is on, but VISIVO_TELEMETRY_DEBUG',
  )
  expect(receiver.connections).toBe(0)
})

test('a doctor that was interrupted asks nobody any more', async () => {
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  await diagnose(personsTelemetry({ VISIVO_POSTHOG_HOST: receiver.url }), {}, AbortSignal.abort())
  expect(receiver.connections).toBe(0)
})

test.each([
  ['https_proxy is', { https_proxy: 'http://127.0.0.1:2' }],
  ['HTTPS_PROXY, https_proxy are', { HTTPS_PROXY: 'http://127.0.0.1:2', https_proxy: 'http://127.0.0.1:2' }],
])('who reaches the world by a proxy alone is told why nothing arrives: %s set', async (says, env) => {
  const proxy = (await diagnose(personsTelemetry(env))).find(({ name }) => name === 'proxy')
  expect(proxy).toMatchObject({ ok: false, says: expect.stringContaining(`${says} set, and not used`) })
})

test.each([
  ['phc_test', true, 'looks like a project key'],
  ['phc_your.key', false, 'does not look like a project key (phc_…)'],
  ['cake', false, 'does not look like a project key (phc_…)'],
])('who has copied something else than a key is told so: %s', async (key, ok, says) => {
  const checks = await diagnose(personsTelemetry({ ...OFF, VISIVO_POSTHOG_API_KEY: key }))
  expect(checks.find(({ name }) => name === 'key')).toMatchObject({ ok, says })
})

describe('of what sends', () => {
  async function saidOf(name: string, telemetry: Telemetry) {
    return (await diagnose(telemetry)).find((check) => check.name === name)
  }

  /** A person whose program can start a courier, and what there is before the doctor comes. */
  function personWith(
    happens: (places: Places, telemetry: Telemetry) => void,
    host = 'http://127.0.0.1:1',
    env: Readonly<Record<string, string>> = {},
  ) {
    const telemetry = { ...personsTelemetry({ VISIVO_POSTHOG_HOST: host, ...env }), canSend: true }
    const { product, home } = telemetry.world
    const places = placesOf(product, home, { host, apiKey: 'phc_secret' })
    makePlace('outbox', places.outbox)
    happens(places, telemetry)
    return telemetry
  }

  const waits = ({ outbox }: Places, { guard }: Telemetry, ago = 0) =>
    void openOutbox(outbox, guard).put(sampleEvent(Date.now() - ago))
  const works = ({ destination }: Places, { guard }: Telemetry) => {
    const edition = guard.edition()
    const lock = holdCourierLock(destination, edition, claimCourierLock(destination, edition) ?? 0)
    onTestFinished(() => lock?.release())
  }
  const failed = ({ state }: Places, reason: string, pause: number) =>
    openCourierState(state).write(
      afterFailure({ failures: 0, retryAt: 0 }, Date.now() - 20_000, reason, pause),
    )

  test.each<[string, (places: Places, telemetry: Telemetry) => void, object]>([
    [
      'a courier that lets events wait for minutes is stuck, and is named',
      (places, telemetry) => {
        works(places, telemetry)
        waits(places, telemetry, 180_000)
      },
      {
        ok: false,
        says: `process ${process.pid} is at work, but events wait for minutes`,
        advice: expect.stringContaining(`(kill ${process.pid}); then visivo telemetry flush`),
      },
    ],
    [
      'one that has been handed an event just now is not: nobody is told to end it',
      (places, telemetry) => {
        works(places, telemetry)
        waits(places, telemetry)
      },
      { ok: true, says: `at work (process ${process.pid})` },
    ],
    [
      'where none is at work there is nothing to end, however long an event has waited',
      (places, telemetry) => waits(places, telemetry, 180_000),
      { ok: true, says: 'none is at work; 1 event goes out with the next command' },
    ],
    [
      'a failure after which nothing waits asks nothing of anybody',
      (places) => failed(places, 'the server answered 503', 600_000),
      { ok: true, says: 'none is at work, and nothing waits' },
    ],
    [
      'a log that can not be read keeps nothing from arriving',
      ({ sentLog }) => symlinkSync(sentLog, sentLog),
      { ok: true, says: 'none is at work, and nothing waits' },
    ],
  ])('%s', async (_, happens, expected) => {
    expect(await saidOf('courier', personWith(happens))).toMatchObject(expected)
  })

  test('a host that was no PostHog, and is one by now, is not said to be none once its wait is over', async () => {
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    const reason = `the server answered 404: ${NO_POSTHOG}`
    const person = (pause: number) => personWith((places) => failed(places, reason, pause), receiver.url)
    expect(await saidOf('host', person(600_000))).toMatchObject({ ok: false })
    expect(await saidOf('host', person(0))).toMatchObject({ ok: true, says: `${receiver.url} answers` })
  })

  test('a server that goes on while telemetry is off is told of', async () => {
    expect(await saidOf('courier', personWith(works, undefined, OFF))).toMatchObject({
      ok: true,
      says: `at work (process ${process.pid})`,
    })
  })

  test('a program that can start no process says so: its events wait until somebody sends them', async () => {
    const telemetry = { ...personsTelemetry(), canSend: false }
    expect(await saidOf('courier', telemetry)).toEqual({
      name: 'courier',
      ok: false,
      says: 'no process can be started here',
      advice: 'Events wait; send them with visivo telemetry flush.',
    })
  })
})

describe('with telemetry on', () => {
  /** What is said of one thing by somebody whose PostHog answers so. */
  async function saidOf(name: string, how: Misbehaviour) {
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    receiver.misbehave(how)
    const checks = await diagnose(personsTelemetry({ VISIVO_POSTHOG_HOST: receiver.url }))
    return checks.find((check) => check.name === name)
  }

  test.each([
    ['ten minutes later than here', 600_000, false, 'is 10 minutes behind the server'],
    ['ten minutes earlier', -600_000, false, 'is 10 minutes ahead of the server'],
    ['four minutes later', 240_000, true, 'agrees with the server'],
  ])('a server whose clock is %s', async (_sentence, by, ok, says) => {
    const headers = { date: new Date(Date.now() + by).toUTCString() }
    expect(await saidOf('clock', { headers })).toMatchObject({ ok, says })
  })

  test('a proxy that is not needed is no fault', async () => {
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    const env = { VISIVO_POSTHOG_HOST: receiver.url, HTTPS_PROXY: 'http://127.0.0.1:2' }
    const proxy = (await diagnose(personsTelemetry(env))).find(({ name }) => name === 'proxy')
    expect(proxy).toMatchObject({
      ok: true,
      says: expect.stringContaining('HTTPS_PROXY is set, and not used'),
    })
  })

  test('a server that answers with an error is told: nothing arrives there now', async () => {
    expect(await saidOf('host', { status: 503 })).toMatchObject({
      ok: false,
      says: expect.stringContaining('answers with an error (503)'),
    })
  })
})
