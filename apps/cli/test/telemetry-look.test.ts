import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  CONFIG,
  leaveAnEvent,
  PROJECT,
  type TelemetryWorld,
  telemetry,
  telemetryWorld,
} from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { inTerminal } from './terminal.ts'
import { start, visivo } from './visivo.ts'

const LOOKING = [[], ['status'], ['show'], ['log'], ['schema']]

describe('looking', () => {
  const states: readonly [string, Record<string, string>, string | undefined][] = [
    ['with telemetry on', {}, undefined],
    ['with telemetry off', { DO_NOT_TRACK: '1' }, undefined],
    ['without a destination', { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' }, undefined],
    ['with a configuration that is broken', {}, 'telemetry_enabled: [\n'],
    ['without a home', { HOME: '', USERPROFILE: '' }, undefined],
  ]
  test.each(states)(
    '%s works, prints clean JSON, writes nothing and opens nothing',
    async (_, env, config) => {
      const world = await telemetryWorld()
      if (config !== undefined) world.write(CONFIG, config)
      const before = world.files()
      for (const args of LOOKING) {
        expect(await telemetry(world, args, env), args.join()).toMatchObject({ code: 0, stderr: '' })
        const { code, stdout, stderr } = await telemetry(world, [...args, '--json'], env)
        expect([code, stderr]).toEqual([0, ''])
        expect(() => JSON.parse(stdout)).not.toThrow()
      }
      expect([world.files(), world.receiver.connections]).toEqual([before, 0])
    },
  )

  test.each<[string, Record<string, string>, string | undefined, Record<string, string>, string[]]>([
    ['it is on', {}, undefined, {}, ['Telemetry is on', 'Notice        is shown by the next command']],
    [
      'a variable says off',
      { VISIVO_TELEMETRY_DISABLED: '1' },
      undefined,
      {},
      ['off: VISIVO_TELEMETRY_DISABLED is set (1)', 'Notice        was not shown yet'],
    ],
    [
      'the project says off',
      {},
      undefined,
      { 'project.visivo.yml': 'defaults:\n  telemetry_enabled: false\n' },
      ['defaults.telemetry_enabled in project.visivo.yml: false, line 2'],
    ],
    [
      'the env file says off',
      {},
      undefined,
      { '.env': 'DO_NOT_TRACK=1' },
      ['off: DO_NOT_TRACK in .env is set'],
    ],
    [
      'the person says on and a variable off',
      { DO_NOT_TRACK: '1' },
      'telemetry_enabled: true\n',
      {},
      ['enabled by telemetry_enabled in ~/.visivo/config.yml, but DO_NOT_TRACK is set'],
    ],
    [
      'the configuration is broken',
      {},
      'a: 1\ntelemetry_enabled: [\n',
      {},
      ["can't be read", 'line 3', '/.visivo/config.yml)'],
    ],
    [
      'there is no key',
      { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' },
      undefined,
      {},
      ['off: no key: VISIVO_POSTHOG_API_KEY is not set', 'Destination   none'],
    ],
    [
      'it is shown and not sent',
      { VISIVO_TELEMETRY_DEBUG: '1' },
      undefined,
      {},
      ['on, but VISIVO_TELEMETRY_DEBUG is set'],
    ],
  ])('status says so when %s', async (_, env, config, files, says) => {
    const world = await telemetryWorld()
    if (config !== undefined) world.write(CONFIG, config)
    const { stdout } = await telemetry(world, [], env, temporaryProject(files))
    for (const text of says) expect(stdout).toContain(text)
  })

  test.each<[string, Record<string, string>, string, string]>([
    [
      'its file',
      { 'project.visivo.yml': 'name: p\ndefaults:\n  telemetry_enabled: false\n' },
      'off: defaults.telemetry_enabled in project.visivo.yml: false, line 3',
      'project.visivo.yml)',
    ],
    [
      'its .env',
      { ...PROJECT, '.env': 'DO_NOT_TRACK=1' },
      `off: DO_NOT_TRACK in .env or ${join('..', '.env')} is set (1)`,
      '',
    ],
  ])(
    'in a directory below an opted-out project, %s counts for every command',
    async (_, files, says, path) => {
      const world = await telemetryWorld()
      const project = temporaryProject({ ...files, 'models/a.yml': '' })
      const cwd = join(project, 'models')
      expect((await visivo(cwd, ['compile'], world.env)).stderr).toContain('project.visivo.yml')
      const { stdout } = await telemetry(world, [], {}, cwd)
      expect(stdout).toContain(says)
      expect(stdout).toContain(path && join(project, path))
      expect([world.files(), world.receiver.connections]).toEqual([[], 0])
    },
  )

  test('status says so when something stands in the way of the outbox', async () => {
    const world = await telemetryWorld()
    world.write('.visivo', 'mine')
    const { stdout } = await telemetry(world, [])
    const inTheWay = `${join(world.home, '.visivo')} is not a directory`
    expect(stdout).toContain(`Telemetry is on, but ${inTheWay}, so nothing is recorded.\n`)
    expect(stdout).toContain('Notice        was not shown yet')
  })

  test('status names the host, the id and what waits, and never the key', async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const id = readFileSync(join(world.home, '.visivo/machine_id'), 'utf8')
    const { stdout } = await telemetry(world, ['--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      recording: true,
      destination: { host: world.receiver.url, hasKey: true },
      machineId: { id, path: join(world.home, '.visivo/machine_id') },
      waiting: 2,
    })
    for (const args of LOOKING) expect((await telemetry(world, args)).stdout).not.toContain('phc_test')
    const unconfigured = { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' }
    expect(JSON.parse((await telemetry(world, ['--json'], unconfigured)).stdout)).toMatchObject({
      waiting: 2,
    })
  })

  test('on a terminal, status says that the next command tells first', async () => {
    const { env } = await telemetryWorld()
    expect((await inTerminal(temporaryDirectory(), ['telemetry'], env)).screen).toContain(
      'the next command tells about it first',
    )
  })
})

test('what the version before an update left waiting is not passed over by status, show and doctor', async () => {
  const world = await telemetryWorld()
  await leaveAnEvent(world)
  for (const name of world.files().filter((file) => file.includes('outbox/') && file.endsWith('.json')))
    renameSync(join(world.home, name), join(world.home, name.replace(/[0-9a-f]{8}\.json$/, '0badcafe.json')))
  expect((await telemetry(world, [])).stdout).toContain('Waiting       0, and 2 of another version\n')
  expect((await telemetry(world, ['show'])).stdout).toContain(
    '2 of another version, which only that one can show.\n',
  )
  expect((await telemetry(world, ['doctor'])).stdout).toContain(
    '2 events of another version wait for that one, or for an hour',
  )
})

test('in CI, where nobody is told and no id is kept, nothing says that somebody was or that one is', async () => {
  const world = await telemetryWorld()
  world.write('.visivo/machine_id', '0b8ff0cd-5b4a-4c1e-9d3c-6a52f3a3e0aa')
  const { stdout } = await telemetry(world, [], { CI: 'true' })
  expect(stdout).toMatch(/^Notice +none in CI and containers$/m)
  expect(stdout).toMatch(/^Machine id +a new one in each run, in CI and containers$/m)
  const purged = await telemetry(world, ['purge'], { CI: 'true' })
  expect(purged.stdout).toMatch(/^Removed .*machine_id\nYour settings stay as they are\.\n$/)
  expect((await telemetry(world, ['reset'], { CI: 'true' })).stdout).toBe(
    'There is no machine id to replace: in CI and containers every run has one of its own.\n',
  )
})

test('show prints exactly what arrived, and log one line for each', async () => {
  const world = await telemetryWorld()
  await visivo(temporaryProject(PROJECT), ['compile', '-o', './elsewhere'], world.env)
  await world.receiver.received(2)
  await telemetry(world, ['flush'])
  const { sent } = JSON.parse((await telemetry(world, ['show', '--json'])).stdout) as {
    sent: { event: unknown }[]
  }
  expect(sent.map(({ event }) => event)).toEqual(world.receiver.events.map(asSent))

  const log = async (...args: string[]) => (await telemetry(world, ['log', ...args])).stdout
  expect(await log()).toMatch(
    /UTC {2}new_installation\n.*UTC {2}cli_command {7}compile -o <path> {2}worked in \d+ ms\n$/,
  )
  expect(await log('--event', 'cli_command')).toMatch(/^.*cli_command.*\n$/)
  expect(await log('--since', '2d')).toBe(await log())
  expect(await log('--since', '2999-01-01')).toBe('Nothing since 2999-01-01 00:00:00 UTC was sent.\n')
  expect(JSON.parse(await log('--json'))).toEqual(sent)
  // A time that is taken from the log is the log's, wherever its reader lives.
  const [printed = ''] =
    (await log())
      .split('\n')
      .at(-2)
      ?.match(/^\S+ \S+/) ?? []
  const abroad = { ...world, env: { ...world.env, TZ: 'America/New_York' } }
  const since = await telemetry(abroad, ['log', '--since', printed.replace(' ', 'T')])
  expect(since.stdout).toContain(printed)
})

test('schema names everything that an event holds when it arrives, and why', async () => {
  const world = await telemetryWorld()
  await leaveAnEvent(world)
  await telemetry(world, ['flush'])
  const names = world.receiver.events.flatMap(({ properties, ...frame }) => [
    ...Object.keys(frame),
    ...Object.keys(properties),
  ])
  expect(names).toContain('$lib_version')
  const { stdout } = await telemetry(world, ['schema'])
  const { common, events, envelope, stamps } = JSON.parse(
    (await telemetry(world, ['schema', '--json'])).stdout,
  )
  const listed = [common, envelope, stamps, events.cli_command.properties].flatMap((one) => Object.keys(one))
  for (const name of names) {
    expect(listed).toContain(name)
    expect(stdout).toMatch(new RegExp(`^  ${name.replace('$', '[$]')} +[A-Z0-9a-z].*[.]$`, 'm'))
  }
})

/** What a PostHog gets, without what its SDK says of itself. */
function asSent({
  event,
  uuid,
  timestamp,
  distinct_id,
  properties,
}: TelemetryWorld['receiver']['events'][number]) {
  const { $lib, $lib_version, ...own } = properties
  expect([$lib, $lib_version]).toEqual(['posthog-node', expect.any(String)])
  return { event, uuid, timestamp, distinct_id, properties: own }
}

describe('VISIVO_TELEMETRY_DEBUG=1', () => {
  test('shows the JSON that would arrive, keeps nothing and sends nothing', async () => {
    const world = await telemetryWorld()
    const cwd = temporaryProject(PROJECT)
    await visivo(cwd, ['compile', '--threads'], world.env)
    await world.receiver.received(2)
    await telemetry(world, ['flush'])
    const before = world.files()
    const connections = world.receiver.connections
    const { stderr } = await visivo(cwd, ['compile', '--threads'], {
      ...world.env,
      VISIVO_TELEMETRY_DEBUG: '1',
    })
    const shown = JSON.parse(stderr.slice(stderr.indexOf('{'))) as ReturnType<typeof asSent>
    const [, arrived] = world.receiver.events.map(asSent)
    expect(timeless(shown)).toEqual(timeless(arrived))
    expect(Object.keys(shown.properties)).toEqual(Object.keys(arrived?.properties ?? {}))
    expect([world.files(), world.receiver.connections]).toEqual([before, connections])
  })

  /** Everything of an event that is the same when the same command runs again. */
  function timeless(event: ReturnType<typeof asSent> | undefined) {
    const { properties, distinct_id } = event ?? {}
    return { distinct_id, properties: { ...properties, duration_ms: 0, session_id: '', $session_id: '' } }
  }

  test.each([
    ['on a machine without an id', 'false'],
    ['in CI', 'true'],
  ])('%s it makes one up, and leaves nothing behind', async (_, CI) => {
    const world = await telemetryWorld()
    const debug = { ...world.env, CI, VISIVO_TELEMETRY_DEBUG: '1' }
    const { stderr } = await visivo(temporaryProject(PROJECT), ['compile'], debug)
    expect(stderr).toContain('"distinct_id"')
    expect([world.files(), world.receiver.connections]).toEqual([[], 0])
  })

  test('does not show what would be refused', async () => {
    const world = await telemetryWorld()
    const compiled = {
      name: 'p',
      edges: [],
      models: [],
      sources: [],
      places: {},
      object_counts: { models: 10_000_001 },
    }
    const cwd = temporaryProject({ ...PROJECT, 'target/project.json': JSON.stringify(compiled) })
    const debug = { ...world.env, VISIVO_TELEMETRY_DEBUG: '1' }
    const { code, stderr } = await visivo(cwd, ['run', '--skip-compile'], debug)
    expect(code).toBe(0)
    expect(stderr).toContain('cli_command is not as declared (object_counts)')
    expect(stderr).not.toMatch(/10000001|"cli_command"/)
  })

  test.each<[string, Record<string, string>, string]>([
    ['a variable', { DO_NOT_TRACK: '1' }, 'nothing would be sent: DO_NOT_TRACK is set (1)'],
    ['no key', { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' }, 'nothing would be sent: no key'],
  ])('says that nothing would be sent, and why: %s', async (_, env, says) => {
    const world = await telemetryWorld()
    const debug = { ...world.env, ...env, VISIVO_TELEMETRY_DEBUG: '1' }
    expect((await visivo(temporaryProject(PROJECT), ['compile'], debug)).stderr).toContain(says)
  })
})

test('log --follow goes on with what is sent meanwhile, and ends well on Ctrl-C', async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const world = await telemetryWorld()
  const following = start(temporaryDirectory(), ['telemetry', 'log', '--follow', '--json'], world.env)
  await visivo(temporaryProject(PROJECT), ['compile'], world.env)
  await following.said('cli_command')
  following.child.kill('SIGINT')
  const { code, stdout } = await following.ended
  expect(code).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event.event),
  ).toEqual(['new_installation', 'cli_command'])
})

test('log --follow ends well with the first event that nobody reads any more', async () => {
  const world = await telemetryWorld()
  const cwd = temporaryProject(PROJECT)
  const following = start(cwd, ['telemetry', 'log', '--follow'], world.env)
  await visivo(cwd, ['compile'], world.env)
  await following.said('cli_command')
  following.child.stdout?.destroy()
  await visivo(cwd, ['compile'], world.env)
  expect(await following.ended).toMatchObject({ code: 0, stderr: '' })
})
