import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fill, unlessMounts } from '../test/mounts.ts'
import { personsTelemetry } from '../test/person.ts'
import { diagnose } from './diagnose.ts'
import { placesOf } from './places.ts'
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
  const host = (await diagnose(personsTelemetry(env))).find(({ name }) => name === 'host')
  expect(host?.says).toContain('was not asked')
  expect(receiver.connections).toBe(0)
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

  test('a server that answers with an error is told: nothing arrives there now', async () => {
    expect(await saidOf('host', { status: 503 })).toMatchObject({
      ok: false,
      says: expect.stringContaining('answers with an error (503)'),
    })
  })
})
