import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { purge, turnOff } from './control.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'

/** A courier that finds its lock gone, writes once more, and ends. */
const LAST_WRITER = `
  const { existsSync, mkdirSync, writeFileSync } = require('node:fs')
  const { dirname } = require('node:path')
  const [, lock] = process.argv
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, String(process.pid))
  console.log('at work')
  setInterval(() => {
    if (existsSync(lock)) return
    mkdirSync(dirname(lock), { recursive: true })
    writeFileSync(dirname(lock) + '/courier.json', '{}')
    process.exit()
  }, 20)
`

test('purge waits for a courier to end: what it writes until then would be left behind', async () => {
  const telemetry = personsTelemetry()
  const root = join(telemetry.world.home, '.visivo/telemetry')
  const lock = join(root, '0123456789abcdef/courier-feedc0de-1.lock')
  const courier = spawn(process.execPath, ['-e', LAST_WRITER, lock], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void courier.kill())
  await once(courier.stdout, 'data')
  expect(await purge(telemetry)).toEqual({
    ok: true,
    says: [
      `Removed ${root}`,
      'Your settings stay as they are.',
      'The next command on a terminal tells about telemetry again, if it is on.',
    ],
  })
  expect(existsSync(root)).toBe(false)
})

test('a server that purges for its person is not told of itself as of a process that goes on recording', async () => {
  const telemetry = personsTelemetry()
  const { destination } = placesOf(telemetry.world.product, telemetry.world.home, { host: '', apiKey: '' })
  mkdirSync(destination, { recursive: true })
  holdCourierLock(destination, 'feedc0de', claimCourierLock(destination, 'feedc0de') ?? 0)
  expect((await purge(telemetry)).says.join()).not.toContain(`Process ${process.pid}`)
})

test('in CI, where nobody is told, purge does not say that somebody will be', async () => {
  const { world } = personsTelemetry()
  mkdirSync(join(world.home, '.visivo/telemetry'), { recursive: true })
  expect((await purge(personsTelemetry({ CI: 'true' }, world.home))).says).toEqual([
    `Removed ${join(world.home, '.visivo/telemetry')}`,
    'Your settings stay as they are.',
  ])
})

test('a home that is relative is none: what lies there from where somebody stands is not removed', async () => {
  const directory = temporaryDirectory()
  const there = personsTelemetry({}, directory)
  const { outbox } = placesOf(there.world.product, directory, {
    host: 'http://127.0.0.1:1',
    apiKey: 'phc_secret',
  })
  openOutbox(outbox, there.guard).put(sampleEvent())
  const telemetry = personsTelemetry({}, relative(process.cwd(), directory))
  expect(turnOff(telemetry)).toMatchObject({ ok: false })
  expect((await purge(telemetry)).says).toEqual([expect.stringContaining('nothing to remove')])
  expect(openOutbox(outbox, there.guard).waiting()).toHaveLength(1)
})
