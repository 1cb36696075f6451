import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { describe, expect, test } from 'vitest'
import { guard, temporaryDirectory } from '../test/samples.ts'
import { followCommand } from './follow-command.ts'
import { followServer } from './follow-server.ts'
import { inspectTelemetry } from './inspect.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { createTelemetry } from './telemetry.ts'

describe.each<[string, (path: string) => void]>([
  ['a link that leads nowhere', (path) => symlinkSync('gone', path)],
  ['a link to a device', (path) => symlinkSync('/dev/null', path)],
  ['a directory', (path) => mkdirSync(path)],
])('where the machine id is %s', (_sentence, put) => {
  const prepare = (env: Readonly<Record<string, string>> = {}) => {
    const home = temporaryDirectory()
    mkdirSync(join(home, '.visivo'))
    put(join(home, '.visivo', 'machine_id'))
    const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
    const ours = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
    const telemetry = createTelemetry({ version: '1.2.3', home, env: { ...ours, ...env } })
    const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
    return { telemetry, outbox, where: { projectDirectory: home } }
  }

  test('no run is counted as a machine of its own, and the status says why', () => {
    const { telemetry, outbox, where } = prepare()
    telemetry.record('new_installation', {}, where)
    expect(outbox.waiting()).toEqual([])
    const { recording, reason } = inspectTelemetry(telemetry, where)
    expect(recording).toBe(false)
    expect(reason).toMatch(/no machine id can be kept in .*machine_id, so nothing is recorded/)
  })

  test('no server is followed', () => {
    const { telemetry, where } = prepare()
    expect(followServer(telemetry, { where }).isOff).toBe(true)
  })

  test('in CI, where no id is kept, it changes nothing', () => {
    const { telemetry, outbox, where } = prepare({ CI: 'true' })
    telemetry.record('new_installation', {}, where)
    expect(outbox.waiting()).toHaveLength(1)
    expect(inspectTelemetry(telemetry, where)).toMatchObject({ recording: true })
  })
})

test('runs in CI are told apart from people: each event says so, under an id of that run that is kept nowhere', () => {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const env = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'true' }
  for (let run = 0; run < 2; run += 1) {
    const telemetry = createTelemetry({ version: '1.2.3', home, env })
    for (let event = 0; event < 2; event += 1)
      telemetry.record('new_installation', {}, { projectDirectory: home })
  }
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  const events = outbox.waiting().map((name) => outbox.read(name))
  expect(events.map((event) => event?.properties.is_ci)).toEqual([true, true, true, true])
  const ids = events.map((event) => event?.distinct_id)
  expect(ids[0]).toMatch(/^ci-/)
  expect(ids).toEqual([ids[0], ids[0], ids[2], ids[2]])
  expect(ids[2]).not.toBe(ids[0])
  expect(existsSync(join(home, '.visivo', 'machine_id'))).toBe(false)
})

test('no id is made where nothing can tell of it, so that an installation is not lost', () => {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const env = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const where = { projectDirectory: home }
  const record = () => {
    const running = followCommand(createTelemetry({ version: '1.2.3', home, env }), [], { name: 'visivo' })
    running.ended({ where })
  }
  mkdirSync(join(home, '.visivo'))
  writeFileSync(join(home, '.visivo', 'telemetry'), '')
  record()
  expect(existsSync(join(home, '.visivo', 'machine_id'))).toBe(false)
  rmSync(join(home, '.visivo', 'telemetry'))
  record()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  const names = outbox.waiting().map((name) => outbox.read(name)?.event)
  expect(names).toEqual(['new_installation', 'cli_command'])
})
