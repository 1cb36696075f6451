import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { ensureMachineId } from '@visivo/machine-id'
import { expect, onTestFinished, test } from 'vitest'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { withoutRoot } from '../test/without-root.ts'
import { purge, reset, turnOff, turnOn } from './control.ts'
import { claimCourierLock, holdCourierLock } from './courier-lock.ts'
import { inspectTelemetry } from './inspect.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import type { Telemetry } from './telemetry.ts'

const HOSTS = ['http://127.0.0.1:1', 'http://127.0.0.1:2']

function waitEverywhere({ world, guard }: Telemetry): void {
  for (const host of HOSTS)
    openOutbox(placesOf(world.product, world.home, { host, apiKey: 'phc_secret' }).outbox, guard).put(
      sampleEvent(),
    )
}

test('off empties the outbox of every destination', () => {
  const telemetry = personsTelemetry()
  waitEverywhere(telemetry)
  expect(turnOff(telemetry)).toEqual({
    ok: true,
    says: [
      expect.stringMatching(/^Telemetry is off now: telemetry_enabled in .* is false\.$/),
      expect.stringContaining('2 events'),
    ],
  })
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: false, waiting: [], waitingElsewhere: 0 })
  expect(turnOff(telemetry).says).toEqual([
    expect.stringContaining('was off already'),
    'Nothing waited to be sent.',
  ])
})

test('on after an off that was written by hand sends nothing of what waited when that was written', () => {
  const telemetry = personsTelemetry()
  waitEverywhere(telemetry)
  writeFileSync(join(telemetry.world.home, '.visivo/config.yml'), 'telemetry_enabled: false\n')
  // Who only looks removes nothing.
  expect(inspectTelemetry(telemetry)).toMatchObject({ waitingElsewhere: 1 })
  expect(turnOn(telemetry).ok).toBe(true)
  expect(inspectTelemetry(telemetry)).toMatchObject({ waiting: [], waitingElsewhere: 0 })
})

test('on where nobody has opted out, or only the file is broken, keeps what waits', () => {
  const telemetry = personsTelemetry()
  waitEverywhere(telemetry)
  const waiting = () => {
    const { waiting: here, waitingElsewhere } = inspectTelemetry(telemetry)
    return here.length + waitingElsewhere
  }
  turnOn(telemetry)
  expect(waiting()).toBe(2)
  writeFileSync(join(telemetry.world.home, '.visivo/config.yml'), 'telemetry_enabled: [\n')
  turnOn(telemetry)
  expect(waiting()).toBe(2)
})

/** What to do where the file stays as it is. */
const OTHERWISE = 'Until that can be done, VISIVO_TELEMETRY_DISABLED=1 in your environment switches it off.'

test('off that can not be written says what switches it off all the same', () => {
  const telemetry = personsTelemetry()
  writeFileSync(join(telemetry.world.home, '.visivo'), 'in the place of the directory')
  const { ok, says } = turnOff(telemetry)
  expect([ok, says.slice(0, 2)]).toEqual([false, [expect.stringContaining('Could not write'), OTHERWISE]])
})

test('off empties the outbox even if the file cannot be edited, and says both', () => {
  const telemetry = personsTelemetry()
  waitEverywhere(telemetry)
  writeFileSync(join(telemetry.world.home, '.visivo/config.yml'), 'a: [\n')
  expect(turnOff(telemetry)).toEqual({
    ok: false,
    says: [
      expect.stringContaining('config.yml:2: it is not valid YAML'),
      OTHERWISE,
      'Removed 2 events that waited to be sent.',
    ],
  })
})

/** What no unlink removes, in the place of an event. */
function leaveUnremovable({ world }: Telemetry): string {
  const [host = ''] = HOSTS
  const { outbox } = placesOf(world.product, world.home, { host, apiKey: 'phc_secret' })
  const [name = ''] = readdirSync(outbox)
  mkdirSync(join(outbox, name.replace(/^./, 'f')))
  return outbox
}

test('off counts what it removed, and says where something is left that it could not remove', () => {
  const telemetry = personsTelemetry()
  waitEverywhere(telemetry)
  const outbox = leaveUnremovable(telemetry)
  expect(turnOff(telemetry)).toEqual({
    ok: false,
    says: [
      expect.stringContaining(`What waits in ${outbox} could not be removed. It is not sent while`),
      expect.stringMatching(/^Telemetry is off now/),
      'Removed 2 events that waited to be sent.',
    ],
  })
  expect(turnOff(telemetry).says).toEqual([
    expect.stringContaining(outbox),
    expect.stringContaining('was off already'),
  ])
})

test('off does not say that nothing waits where it can not look', ({ skip }) => {
  skip(process.platform === 'win32', 'no link there leads to itself')
  const telemetry = personsTelemetry()
  const root = join(telemetry.world.home, '.visivo/telemetry')
  mkdirSync(join(telemetry.world.home, '.visivo'))
  symlinkSync('telemetry', root)
  expect(turnOff(telemetry)).toEqual({
    ok: false,
    says: [expect.stringContaining(`What waits in ${root} could not`), expect.stringContaining('is off now')],
  })
})

test('on undoes off, and names everything that keeps it off', () => {
  const telemetry = personsTelemetry()
  turnOff(telemetry)
  expect(turnOn(telemetry).says).toHaveLength(1)
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: true })
  const opposed = personsTelemetry({ DO_NOT_TRACK: 'yes' }, telemetry.world.home)
  const where = { envFile: { VISIVO_TELEMETRY_DISABLED: 'true' } }
  expect(turnOn(opposed, { where }).says.at(-1)).toBe(
    'It stays off all the same: DO_NOT_TRACK is set (yes); VISIVO_TELEMETRY_DISABLED in .env is set (true).',
  )
})

test('a project is edited only where there is one', () => {
  const telemetry = personsTelemetry()
  const project = temporaryDirectory()
  waitEverywhere(telemetry)
  expect(turnOff(telemetry, { project })).toMatchObject({ ok: false, says: [expect.any(String)] })
  expect(readdirSync(project)).toEqual([])
  expect(inspectTelemetry(telemetry).waiting).toHaveLength(1)
  writeFileSync(join(project, 'project.visivo.yml'), 'name: p\n')
  expect(turnOff(telemetry, { project })).toMatchObject({ ok: true })
  expect(turnOn(telemetry, { project })).toMatchObject({ ok: true, says: [expect.any(String)] })
  expect(inspectTelemetry(telemetry, { projectDirectory: project })).toMatchObject({ recording: true })
})

test('on for a project says nothing of the one that somebody stands in, which has opted out', () => {
  const [project, projectDirectory] = [temporaryDirectory(), temporaryDirectory()]
  writeFileSync(join(project, 'project.visivo.yml'), 'name: p\n')
  writeFileSync(
    join(projectDirectory, 'project.visivo.yml'),
    'name: q\ndefaults: { telemetry_enabled: false }\n',
  )
  const { says } = turnOn(personsTelemetry(), { project, where: { projectDirectory } })
  expect(says).toEqual([expect.stringMatching(/^Telemetry is on now/)])
})

test('a project in a place that can have none is answered, not thrown', () => {
  const project = join(temporaryDirectory(), 'file', 'project')
  writeFileSync(dirname(project), 'mine')
  expect(turnOff(personsTelemetry(), { project })).toMatchObject({ ok: false })
})

test('a project is edited from below it as well, in the file that counts there, and that file is named', () => {
  const telemetry = personsTelemetry()
  const project = realpathSync(temporaryDirectory())
  const file = join(project, 'project.visivo.yml')
  writeFileSync(file, 'name: p\n')
  const below = join(project, 'models', 'new')
  mkdirSync(below, { recursive: true })
  const link = join(temporaryDirectory(), 'link')
  symlinkSync(below, link, 'junction')
  const [says] = turnOff(telemetry, { project: below }).says
  expect(says).toBe(`Telemetry is off now: defaults.telemetry_enabled in ${file} is false.`)
  expect(inspectTelemetry(telemetry, { projectDirectory: below }).recording).toBe(false)
  expect(turnOn(telemetry, { project: link }).says).toEqual([
    `Telemetry is on now: defaults.telemetry_enabled in ${file} is true.`,
  ])
  expect(readdirSync(below)).toEqual([])
})

test('a new id is made only where there is one', () => {
  const telemetry = personsTelemetry()
  expect(reset(telemetry).says).toEqual([expect.stringContaining('There is no machine id')])
  expect(readdirSync(telemetry.world.home)).toEqual([])
})

test.skipIf(process.platform === 'win32')(
  'nobody is told that there is no id where it can not be read',
  () => {
    const telemetry = personsTelemetry()
    const { directory } = placesOf(telemetry.world.product, telemetry.world.home, { host: '', apiKey: '' })
    mkdirSync(directory)
    // A link to itself answers everybody as a file that is root's after `sudo` does its person.
    symlinkSync('machine_id', join(directory, 'machine_id'))
    expect(reset(telemetry)).toEqual({
      ok: false,
      says: [expect.stringMatching(/\/machine_id can't be read \(ELOOP: [^,]*\)\. Make it your own/)],
    })
  },
)

test('a new id says which server goes on under the old one', () => {
  const telemetry = personsTelemetry()
  const { directory, destination } = placesOf(telemetry.world.product, telemetry.world.home, {
    host: HOSTS[0] ?? '',
    apiKey: 'phc_secret',
  })
  ensureMachineId({ directory })
  const says = [
    expect.stringContaining('The machine id is now'),
    'A project keeps its hash under both, and what waits still goes out under the old one.',
  ]
  expect(reset(telemetry).says).toEqual(says)
  mkdirSync(destination, { recursive: true })
  const claim = claimCourierLock(destination, 'feedc0de') ?? 0
  const lock = holdCourierLock(destination, 'feedc0de', claim)
  expect(reset(telemetry).says).toEqual([
    ...says,
    `Process ${process.pid} is at work; if it is a server, it goes on under the old id until its next start.`,
  ])
  lock?.release()
  expect(reset(telemetry).says).toEqual(says)
})

test('a new id by a reset is no installation; one after a purge is', async () => {
  const telemetry = personsTelemetry()
  const { home, product } = telemetry.world
  const destination = { host: HOSTS[0] ?? '', apiKey: 'phc_secret' }
  const { directory, outbox } = placesOf(product, home, destination)
  const installations = () => {
    personsTelemetry({}, home).machineId(destination)
    return openOutbox(outbox, telemetry.guard).waiting().length
  }
  ensureMachineId({ directory })
  reset(telemetry)
  expect(installations()).toBe(0)
  await purge(telemetry)
  expect(installations()).toBe(1)
})

test('purge leaves no id behind that a process was killed over deciding', async () => {
  const telemetry = personsTelemetry()
  const next = join(telemetry.world.home, '.visivo', 'machine_id.next')
  mkdirSync(dirname(next))
  writeFileSync(next, '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11')
  expect(await purge(telemetry)).toMatchObject({ ok: true })
  expect(existsSync(next)).toBe(false)
})

/** Writes without a pause, and makes the directory anew where it is gone. */
const BUSY_WRITER = `
  const { mkdirSync, writeFileSync } = require('node:fs')
  const { parentPort, workerData } = require('node:worker_threads')
  for (let n = 0; ; n += 1) {
    try {
      mkdirSync(workerData, { recursive: true })
      writeFileSync(workerData + '/' + n, '')
    } catch {}
    if (n === 500) parentPort.postMessage('busy')
  }
`

test('purge does what was asked for also while somebody writes there without a pause', async () => {
  const telemetry = personsTelemetry()
  const root = join(telemetry.world.home, '.visivo/telemetry')
  const writer = new Worker(BUSY_WRITER, { eval: true, workerData: join(root, '0123456789abcdef/outbox') })
  onTestFinished(async () => void (await writer.terminate()))
  await once(writer, 'message')
  expect(await purge(telemetry)).toMatchObject({ ok: true })
  expect(existsSync(join(root, '0123456789abcdef/outbox/0'))).toBe(false)
  expect(readdirSync(dirname(root)).filter((name) => name !== 'telemetry')).toEqual([])
})

test('purge removes a link itself, and behind it what is ours and nothing else', async () => {
  const telemetry = personsTelemetry()
  const behind = temporaryDirectory()
  writeFileSync(join(behind, 'mine'), 'text')
  writeFileSync(join(behind, 'notice'), '1')
  mkdirSync(join(behind, '0123456789abcdef/outbox'), { recursive: true })
  mkdirSync(join(telemetry.world.home, '.visivo'))
  symlinkSync(behind, join(telemetry.world.home, '.visivo/telemetry'), 'junction')
  expect(await purge(telemetry)).toMatchObject({ ok: true })
  expect(readdirSync(join(telemetry.world.home, '.visivo'))).toEqual([])
  expect(readdirSync(behind)).toEqual(['mine'])
})

test('purge leaves a directory alone that lies where an id would: telemetry makes none there', async () => {
  const telemetry = personsTelemetry()
  for (const name of ['machine_id', 'machine_id.next'])
    mkdirSync(join(telemetry.world.home, '.visivo', name), { recursive: true })
  expect(await purge(telemetry)).toMatchObject({ says: [expect.stringContaining('nothing to remove')] })
  expect(readdirSync(join(telemetry.world.home, '.visivo')).sort()).toEqual(['machine_id', 'machine_id.next'])
})

test.each([
  ['a home that is a file, such as /dev/null', ''],
  ['a directory of ours that is a file', '.visivo'],
])('purge finds nothing to remove in %s', async (_sentence, file) => {
  const { world } = personsTelemetry()
  const path = join(world.home, file)
  rmSync(path, { recursive: true, force: true })
  writeFileSync(path, 'mine')
  expect(await purge(personsTelemetry({}, world.home))).toEqual({
    ok: true,
    says: [expect.stringContaining('nothing to remove')],
  })
  expect(readFileSync(path, 'utf8')).toBe('mine')
})

test.skipIf(process.platform === 'win32').each([
  ['a home that may not be entered', 0o000, '', '.visivo/telemetry/notice', '.visivo/telemetry'],
  ["what is root's after sudo", 0o555, '.visivo/telemetry', '.visivo/telemetry/notice', '.visivo/telemetry'],
  ["an id in what is root's", 0o555, '.visivo', '.visivo/machine_id', '.visivo/machine_id'],
])('purge says what it could not remove, and what to do: %s', async (_sentence, mode, locked, file, left) => {
  const { world } = personsTelemetry()
  mkdirSync(dirname(join(world.home, file)), { recursive: true })
  writeFileSync(join(world.home, file), '1')
  onTestFinished(() => chmodSync(join(world.home, locked), 0o700))
  chmodSync(world.home, 0o755)
  chmodSync(join(world.home, locked), mode)
  expect(await withoutRoot(() => purge(personsTelemetry({}, world.home)))).toEqual({
    ok: false,
    says: [
      `${join(world.home, left)} could not be removed (EACCES). ` +
        "Make the directory your own (after sudo it is root's), and purge once more.",
    ],
  })
})

test('without a home directory nothing is touched', async () => {
  const telemetry = personsTelemetry({}, '')
  expect(turnOff(telemetry)).toMatchObject({ ok: false })
  expect(turnOn(telemetry)).toMatchObject({ ok: false })
  expect(reset(telemetry)).toMatchObject({ ok: true })
  expect((await purge(telemetry)).says).toEqual([expect.stringContaining('nothing to remove')])
})
