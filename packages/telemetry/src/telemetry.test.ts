import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NONE, sanitizeVersion, VERSION_SHAPE } from '@visivo/sanitize'
import { type Destination, visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BEHIND_A_SHELL, runAs, temporaryDirectory } from '../test/samples.ts'
import { turnOff } from './control.ts'
import { followCommand } from './follow-command.ts'
import { inspectTelemetry } from './inspect.ts'
import { NOT_LOADED } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { createTelemetry, type Extras } from './telemetry.ts'

test.each<[string, (home: string, project: string, env: Record<string, string>) => void]>([
  ['the person', (home) => writeFileSync(join(home, '.visivo', 'config.yml'), 'telemetry_enabled: false\n')],
  [
    'the project',
    (_, project) => writeFileSync(join(project, 'project.visivo.yml'), 'defaults: {telemetry_enabled: no}\n'),
  ],
  ['a line in .env', (_, project) => writeFileSync(join(project, '.env'), 'DO_NOT_TRACK=1\n')],
  [
    'the program itself, by a variable',
    (_home, _project, env) => {
      env.DO_NOT_TRACK = '1'
    },
  ],
])('%s opts out right after a command has begun: nothing of it is recorded', (_, optOut) => {
  const [home, projectDirectory] = [temporaryDirectory(), temporaryDirectory()]
  mkdirSync(join(home, '.visivo'))
  const env: Record<string, string> = { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr: () => ({ write: () => {} }) })
  const where = { projectDirectory }
  expect(telemetry.consent(where)).toMatchObject({ recording: true })
  optOut(home, projectDirectory, env)
  telemetry.record('cli_command', { command: NONE, command_args: [], duration_ms: 1, success: true }, where)
  expect(readdirSync(join(home, '.visivo')).filter((name) => name !== 'config.yml')).toEqual([])
})

test.runIf(process.platform !== 'win32').each([
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
  ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
])('%s in place of the remembered notice: nothing waits for it, and nobody is measured', (_, replace) => {
  const home = temporaryDirectory()
  mkdirSync(join(home, '.visivo/telemetry'), { recursive: true })
  replace(join(home, '.visivo/telemetry/notice'))
  expect(onTerminal(home).telemetry.consent()).toMatchObject({ recording: false })
})

test('debug mode tells nothing, so that the first run that would count still tells', () => {
  const home = temporaryDirectory()
  const debug = onTerminal(home, { VISIVO_TELEMETRY_DEBUG: '1' })
  debug.telemetry.consent()
  expect(debug.said()).toBe('')
  const real = onTerminal(home)
  real.telemetry.consent()
  expect(real.said()).toContain('collects anonymous usage data')
})

test('a run whose output another program reads tells nothing and records nothing, and the next one still tells', () => {
  const home = temporaryDirectory()
  const quiet = onTerminal(home)
  expect(quiet.telemetry.consent({}, true)).toMatchObject({ recording: false, untold: true })
  expect(quiet.said()).toBe('')
  const real = onTerminal(home)
  real.telemetry.consent()
  expect(real.said()).toContain('collects anonymous usage data')
})

test('a run that was only asked about tells as soon as it is one that may', () => {
  const { telemetry, said } = onTerminal(temporaryDirectory())
  telemetry.consent({}, true)
  telemetry.consent({})
  expect(said()).toContain('collects anonymous usage data')
})

test('a notice that can not be written counts as unsaid: nothing is recorded, and the next run tells', () => {
  const home = temporaryDirectory()
  const broken = onTerminal(home, {}, () => {
    throw new Error('EIO')
  })
  expect(broken.telemetry.consent()).toMatchObject({ recording: false, untold: true })
  const next = onTerminal(home)
  expect(next.telemetry.consent()).toMatchObject({ recording: false, untold: true })
  expect(next.said()).toContain('collects anonymous usage data')
})

test('a run in which somebody is told measures nothing, however long it goes on', () => {
  const told = onTerminal(temporaryDirectory())
  const { telemetry } = told
  expect(telemetry.consent()).toMatchObject({ recording: false, untold: true })
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
  onTestFinished(() => now.mockRestore())
  expect(telemetry.consent()).toMatchObject({ recording: false, untold: true })
})

test('who may not record says because of what, in words', () => {
  const { telemetry } = onTerminal(temporaryDirectory(), { DO_NOT_TRACK: '1' })
  expect(telemetry.consent()).toEqual({ recording: false, because: 'DO_NOT_TRACK is set (1)' })
})

test('who opts in is heard, though the clock was set back since they were asked last', () => {
  const home = temporaryDirectory()
  const config = join(home, '.visivo', 'config.yml')
  mkdirSync(join(home, '.visivo'))
  writeFileSync(config, 'telemetry_enabled: false\n')
  const { telemetry } = inScript(home, { VISIVO_POSTHOG_API_KEY: 'phc_test' })
  expect(telemetry.consent()).toMatchObject({ recording: false })
  writeFileSync(config, 'telemetry_enabled: true\n')
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000)
  onTestFinished(() => now.mockRestore())
  expect(telemetry.consent()).toMatchObject({ recording: true })
})

test('of two projects that a program works on at a time, the opt-out of one is not taken for the other', () => {
  const [home, off, on] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
  writeFileSync(join(off, 'project.visivo.yml'), 'defaults: {telemetry_enabled: no}\n')
  const { telemetry } = inScript(home, { VISIVO_POSTHOG_API_KEY: 'phc_test' })
  expect(telemetry.consent({ projectDirectory: off })).toMatchObject({ recording: false })
  expect(telemetry.consent({ projectDirectory: on })).toMatchObject({ recording: true })
})

test('events that the disk did not take are told of with the next one that it takes', () => {
  const home = temporaryDirectory()
  const env = { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr: () => ({ write: () => {} }) })
  const record = () =>
    telemetry.record('cli_command', { command: NONE, command_args: [], duration_ms: 1, success: true })
  record()
  const [place = ''] = readdirSync(join(home, '.visivo/telemetry')).filter((name) => name !== 'notice')
  const destination = join(home, '.visivo/telemetry', place)
  rmSync(destination, { recursive: true })
  writeFileSync(destination, '')
  record()
  record()
  rmSync(destination)
  record()
  const outbox = join(destination, 'outbox')
  const events = readdirSync(outbox).map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8')))
  expect(events).toMatchObject([{ properties: { dropped_events: 2 } }])
})

/** A command as any other. */
const COMMAND = { command: NONE, command_args: [], duration_ms: 1, success: true }

/** Telemetry of a run without a terminal, and how many events wait for a destination. */
function inScript(home: string, more: Readonly<Record<string, string>> = {}) {
  const env = { CI: 'false', ...more }
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr: () => ({ write: () => {} }) })
  const waitingFor = (destination: Destination) =>
    openOutbox(placesOf(visivo, home, destination).outbox, telemetry.guard).waiting().length
  return { telemetry, waitingFor }
}

test('what is recorded for one PostHog does not wait for the one of the event before it', () => {
  const home = temporaryDirectory()
  const { telemetry, waitingFor } = inScript(home)
  const destinations = [
    { host: 'https://one.example', apiKey: 'phc_one' },
    { host: 'https://one.example', apiKey: 'phc_two' },
    { host: 'https://two.example', apiKey: 'phc_two' },
  ]
  for (const { host, apiKey } of destinations) {
    const envFile = { VISIVO_POSTHOG_HOST: host, VISIVO_POSTHOG_API_KEY: apiKey }
    telemetry.record('cli_command', COMMAND, { projectDirectory: home, envFile })
  }
  // The new machine is told of to the first.
  expect(destinations.map(waitingFor)).toEqual([2, 1, 1])
})

test.each<[string, Record<string, string>, true | undefined]>([
  ['in CI', { CI: 'true' }, true],
  ['in a service of systemd', { SYSTEMD_EXEC_PID: String(BEHIND_A_SHELL.pid) }, true],
  ['nowhere else', {}, undefined],
])(
  'a command that waits is not kept while its courier gathers what others may record: %s',
  (_, env, awaited) => {
    runAs(BEHIND_A_SHELL)
    const { telemetry } = inScript(temporaryDirectory(), env)
    expect(telemetry.courierJob({ host: 'https://one.example', apiKey: 'phc_one' }).awaited).toBe(awaited)
  },
)

test.each<[string, string, string, number]>([
  [
    'of a project does not lose what other projects recorded',
    'project.visivo.yml',
    'defaults:\n  telemetry_enabled: false\n',
    2,
  ],
  ["of the person's own does", '.visivo/config.yml', 'telemetry_enabled: false\n', 0],
])('an opt-out %s', (_sentence, file, text, left) => {
  const home = temporaryDirectory()
  const destination = { host: 'https://one.example', apiKey: 'phc_one' }
  const env = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: destination.apiKey }
  inScript(home, env).telemetry.record('cli_command', COMMAND, { projectDirectory: temporaryDirectory() })
  writeFileSync(join(home, file), text)
  const { telemetry, waitingFor } = inScript(home, env)
  telemetry.record('cli_command', COMMAND, { projectDirectory: home })
  expect(waitingFor(destination)).toBe(left)
})

test('who switches it on while a program runs is recorded from the next second on', () => {
  const home = temporaryDirectory()
  const env: Record<string, string> = { VISIVO_POSTHOG_API_KEY: 'phc_test', DO_NOT_TRACK: '1', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr: () => ({ write: () => {} }) })
  const where = { projectDirectory: home }
  expect(telemetry.consent(where).recording).toBe(false)
  delete env.DO_NOT_TRACK
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000)
  onTestFinished(() => now.mockRestore())
  expect(telemetry.consent(where).recording).toBe(true)
})

test('debug mode names what is not as declared, and shows nothing of it', () => {
  const { telemetry, said } = onTerminal(temporaryDirectory(), { VISIVO_TELEMETRY_DEBUG: '1' })
  const object_counts: Record<string, number> = { hunter2: 1 }
  telemetry.record('cli_command', {
    command: NONE,
    command_args: [],
    duration_ms: 1,
    success: true,
    object_counts,
  })
  expect(said()).toContain('cli_command is not as declared (object_counts)')
  expect(said()).not.toContain('hunter2')
})

test.each([
  ['nothing', []],
  ['null', [null]],
  ['a function that gives nothing', [() => undefined]],
])(
  'an event without properties is shown as it is recorded, also where a program without types hands over %s',
  (_, given) => {
    const { telemetry, said } = onTerminal(temporaryDirectory(), { VISIVO_TELEMETRY_DEBUG: '1' })
    Reflect.apply(telemetry.record, undefined, ['new_installation', ...given])
    expect(said()).not.toContain('nothing would be sent')
    expect(said()).toContain('"event": "new_installation"')
  },
)

test('debug mode says of an event whose function threw that nothing would be sent, and not why', () => {
  const { telemetry, said } = onTerminal(temporaryDirectory(), { VISIVO_TELEMETRY_DEBUG: '1' })
  telemetry.record('new_installation', () => {
    throw new Error('hunter2')
  })
  expect(said()).toBe('nothing would be sent: new_installation could not be made, its function threw\n')
})

test.each([
  ['recorded', {}],
  ['shown', { VISIVO_TELEMETRY_DEBUG: '1' }],
])(
  'a rejection of what should have made an event, and is `async`, is left to nobody, where it is %s',
  async (_, env) => {
    const rejected: unknown[] = []
    const note = (reason: unknown) => rejected.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { telemetry } = onTerminal(temporaryDirectory(), {
      VISIVO_POSTHOG_HOST: 'http://127.0.0.1:9',
      CI: 'true',
      ...env,
    })
    expect(telemetry.consent()).toMatchObject({ recording: true })
    const rejecting = async (): Promise<never> => {
      throw new Error('hunter2')
    }
    // Which only a program without types can hand over.
    telemetry.record('cli_command', rejecting as () => never)
    // Node tells of them before it goes on to this.
    await new Promise((resolve) => setImmediate(resolve))
    expect(rejected).toEqual([])
  },
)

test('debug mode says of a declaration that no courier could read that nothing would be sent by it', () => {
  const shape: unknown = VERSION_SHAPE
  const why = 'Which ovens are in use.'
  const oven = { type: 'text', shape: shape as string, why } as const
  const { telemetry, said } = onTerminal(temporaryDirectory(), { VISIVO_TELEMETRY_DEBUG: '1' }, () => {}, {
    baked: { when: 'A cake was baked.', properties: { oven } },
  })
  telemetry.record('baked', { oven: sanitizeVersion('1.2.3') })
  expect(said()).toContain('baked is not as declared (oven)')
})

test.each([
  ['a name in place of a product', { product: 'cake' }],
  ['a product that nobody defined', { product: { name: 'cake' } }],
  ['no home', { home: null }],
  ['no environment', { env: null }],
  ['a stream in place of what gives one', { stderr: process.stderr }],
])('with %s, from a program without types, it is off, and says so', (_, wrong: object) => {
  const telemetry = createTelemetry({ version: '1.2.3', env: {}, home: temporaryDirectory(), ...wrong })
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: false, reason: NOT_LOADED })
  expect(turnOff(telemetry)).toMatchObject({ ok: false })
})

test('with a catalogue that is no plain data it is off, and says so', () => {
  const layers = { type: 'integer', most: 20, example: 3n, why: 'How high an oven has to be.' } as const
  const { telemetry } = onTerminal(temporaryDirectory(), {}, () => {}, {
    baked: { when: 'A cake was baked.', properties: { layers } },
  })
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: false, reason: NOT_LOADED })
})

/** Telemetry of a run on a terminal, and what that showed. */
function onTerminal<const X extends Extras = Record<never, never>>(
  home: string,
  more: Readonly<Record<string, string>> = {},
  fail = () => {},
  events?: X,
) {
  let shown = ''
  const stderr = () => ({
    isTTY: true,
    write: (text: string) => {
      fail()
      shown += text
    },
  })
  const env = { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false', ...more }
  const telemetry = createTelemetry<X>({ version: '1.2.3', env, home, stderr, ...(events && { events }) })
  return { telemetry, said: () => shown }
}

test.skipIf(process.platform === 'win32')(
  'in a working directory that was deleted, consent and debug mode say why nothing is recorded',
  () => {
    const home = temporaryDirectory()
    const before = process.cwd()
    const gone = join(home, 'gone')
    mkdirSync(gone)
    process.chdir(gone)
    onTestFinished(() => process.chdir(before))
    rmdirSync(gone)
    const shown: string[] = []
    const env = { VISIVO_TELEMETRY_DEBUG: '1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
    const stderr = () => ({ write: (text: string) => shown.push(text) })
    const telemetry = createTelemetry({ version: '1.2.3', home, env, stderr })
    followCommand(telemetry, ['run'], { name: 'tool', commands: [{ name: 'run' }] }).ended()
    expect(telemetry.consent()).toMatchObject({
      because: expect.stringContaining('the working directory is unknown'),
    })
    expect(shown.join('')).toMatch(/^nothing would be sent: .*the working directory is unknown\)\n$/)
  },
)
