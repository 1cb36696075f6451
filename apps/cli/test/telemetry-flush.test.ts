import { appendFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  CONFIG,
  leaveAnEvent,
  PROJECT,
  type TelemetryWorld,
  telemetry,
  telemetryWorld,
} from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { start } from './visivo.ts'

describe('flush', () => {
  test('sends what waits in spite of an earlier failure, and says so', async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const { code, stdout } = await telemetry(world, ['flush'])
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Sent 2 events to ${world.receiver.url}.`)])
    expect(new Set(world.receiver.events.map(({ uuid }) => uuid)).size).toBe(2)
    expect(await telemetry(world, ['flush'])).toMatchObject({
      code: 0,
      stdout: 'Nothing waits to be sent.\n',
    })
  })

  test.each<[string, Parameters<TelemetryWorld['receiver']['misbehave']>[0] | 'gone', string]>([
    ['the server has trouble', { status: 500 }, 'the server answered 500'],
    ['the key is not accepted', { status: 401 }, 'the server answered 401: the key was not accepted'],
    ['nobody listens', 'gone', 'the server was not reached (ECONNREFUSED)'],
  ])('fails with a reason when %s', async (_, trouble, says) => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    if (trouble === 'gone') await world.receiver.close()
    else world.receiver.misbehave(trouble)
    const { code, stdout, stderr } = await telemetry(world, ['flush', '--json'])
    expect(code).toBe(1)
    expect(stderr).toContain(`2 events still wait: ${says}`)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, sent: 0, waiting: 2 })
  })

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a directory', { '.env/pyvenv.cfg': '' }, 'not a file'],
    ['UTF-16', { '.env': 'A\0=\x001\0' }, 'not a UTF-8 text'],
  ])(
    'says with status that the env file is off because it is %s, and to mend it',
    async (_, files, reason) => {
      const world = await telemetryWorld()
      const cwd = temporaryProject({ ...PROJECT, ...files })
      const says = `elemetry is off: .env: the file can't be read (${reason})`
      expect((await telemetry(world, [], {}, cwd)).stdout).toContain(says)
      const { code, stdout } = await telemetry(world, ['doctor'], {}, cwd)
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^bad\s+switch/)])
      expect(stdout).toContain(says)
      expect(stdout).toContain(`→ Mend ${join(realpathSync(cwd), '.env')}; until then it counts as off.`)
    },
  )

  test('with telemetry off opens no connection', async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const { connections } = world.receiver
    const { code, stderr } = await telemetry(world, ['flush'], { DO_NOT_TRACK: '1' })
    expect([code, world.receiver.connections]).toEqual([1, connections])
    expect(stderr).toContain('Nothing is sent, because telemetry is off: DO_NOT_TRACK is set (1).')
  })
})

describe('doctor', () => {
  test.each<[string, Record<string, string>, number, string[]]>([
    ['all is well', {}, 0, ['answers', 'looks like a project key', 'no proxy is set']],
    [
      'a personal key',
      { VISIVO_POSTHOG_API_KEY: 'phx_test' },
      1,
      ['is a personal key', '→ Put the project key'],
    ],
    [
      'no destination',
      { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' },
      1,
      ['→ Set VISIVO_POSTHOG_API_KEY'],
    ],
    [
      'a home directory that is not there',
      { HOME: '/nope', USERPROFILE: '/nope' },
      1,
      [
        'there is no home directory for it',
        '→ Set HOME (on Windows USERPROFILE) to a directory that is there;',
      ],
    ],
    [
      'a home directory that is relative',
      { HOME: 'nope', USERPROFILE: 'nope' },
      1,
      [
        'there is no home directory for it',
        '→ Set HOME (on Windows USERPROFILE) to a directory that is there;',
      ],
    ],
    [
      'a home directory that is empty',
      { HOME: '', USERPROFILE: '' },
      1,
      [
        'there is no home directory for it',
        '→ Set HOME (on Windows USERPROFILE) to a directory that is there;',
      ],
    ],
    [
      'nobody listens',
      { VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1' },
      1,
      ['no connection (ECONNREFUSED)', '→ Check the network'],
    ],
    [
      'a proxy in front of nothing',
      { VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:2' },
      1,
      ['HTTPS_PROXY is set, and not used', '→ Let the host through'],
    ],
    [
      'a plain server behind https',
      { VISIVO_POSTHOG_HOST: 'https' },
      1,
      ['no encrypted connection', 'NODE_EXTRA_CA_CERTS'],
    ],
  ])('%s', async (_, env, code, says) => {
    const world = await telemetryWorld()
    const host =
      env.VISIVO_POSTHOG_HOST === 'https'
        ? { VISIVO_POSTHOG_HOST: world.receiver.url.replace('http', 'https') }
        : {}
    const end = await telemetry(world, ['doctor'], { ...env, ...host })
    expect(end.code).toBe(code)
    for (const text of says) expect(end.stdout).toContain(text)
    expect(world.receiver.bodies.join('')).toBe('')
    expect(world.files()).toEqual([])
  })

  test('a courier that waits after a failure', async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const { code, stdout } = await telemetry(world, ['doctor'])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /2 events wait until \S+: the server answered 503\n\s+→ visivo telemetry flush tries now/,
    )
    await telemetry(world, ['flush'])
    expect(await telemetry(world, ['doctor'])).toMatchObject({ code: 0 })
  })

  test('does not send whoever has a wrong key to a flush that fails, too', async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world, 401)
    const { stdout } = await telemetry(world, ['doctor'])
    expect(stdout).toMatch(
      /401: the key was not accepted\n\s+→ Copy the project key from PostHog's project settings into VISIVO_POSTHOG_API_KEY\.\n/,
    )
  })

  test.each([404, 302])(
    'nor whoever has a wrong host or path, where a web server answers %i',
    async (status) => {
      const world = await telemetryWorld()
      await leaveAnEvent(world, status)
      const { code, stdout } = await telemetry(world, ['doctor'])
      expect(code).toBe(1)
      expect(stdout).toContain(`${world.receiver.url} answers, but it is no PostHog`)
      expect(stdout).toMatch(
        new RegExp(`the server answered ${status}: it is no PostHog\\n\\s+→ Check VISIVO_POSTHOG_HOST\\.\\n`),
      )
      expect(stdout).not.toContain('tries now')
    },
  )

  test('with telemetry off opens no connection', async () => {
    const world = await telemetryWorld()
    const { code, stdout } = await telemetry(world, ['doctor', '--json'], { DO_NOT_TRACK: '1' })
    expect([code, world.receiver.connections]).toEqual([0, 0])
    expect(JSON.parse(stdout)).toMatchObject({ ok: true })
  })
})

test('what waits for another PostHog is not passed over by status, show, doctor and flush', async () => {
  const world = await telemetryWorld()
  const other = await telemetryWorld()
  await leaveAnEvent(world)
  const there = { VISIVO_POSTHOG_HOST: other.receiver.url }
  const outputOf = async (command: string) => (await telemetry(world, [command], there)).stdout
  expect(await outputOf('status')).toMatch(/^Waiting +0, and 2 for other destinations$/m)
  expect(await outputOf('show')).toContain('2 for other destinations, shown where those are set.')
  expect(await outputOf('doctor')).toContain('none is at work; 2 events wait for other destinations')
  const rest = '2 events wait for other destinations.'
  expect(await outputOf('flush')).toBe(`Nothing waits to be sent to ${other.receiver.url}; ${rest}\n`)
  expect(other.receiver.connections).toBe(1)
})

test.skipIf(process.platform === 'win32').each([['doctor'], ['flush']])(
  'Ctrl-C ends a %s that a server keeps waiting',
  async (command) => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const { connections } = world.receiver
    world.receiver.misbehave({ instead: 'silence' })
    const { child, ended } = start(temporaryDirectory(), ['telemetry', command], world.env)
    await vi.waitFor(() => expect(world.receiver.connections).toBe(connections + 1), 10_000)
    child.kill('SIGINT')
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'Stopped.\n' })
  },
)

// A link to itself answers everybody as a directory that is root's after `sudo visivo` does its person.
test.skipIf(process.platform === 'win32').each([['show'], ['log'], ['view'], ['flush']])(
  'nobody is told by %s that nothing waits and nothing was sent where it can not be seen',
  async (command) => {
    const world = await telemetryWorld()
    world.write(CONFIG, 'telemetry_enabled: true\n')
    symlinkSync('telemetry', join(world.home, '.visivo', 'telemetry'))
    expect(await telemetry(world, [command])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^Error: \/[^\n]*\/\.visivo\/telemetry can't be read \(ELOOP: [^\n]*\)\. Make it your own \(after sudo it is root's\), or move it away\.\n$/,
      ),
    })
  },
)

test.skipIf(process.platform === 'win32').each([
  ['telemetry', ''],
  ["a destination's own", 'aaaaaaaaaaaaaaaa'],
])(
  'status and doctor do not tell that nothing waits where the directory of %s can not be seen',
  async (_, name) => {
    const world = await telemetryWorld()
    world.write('.visivo/config.yml', 'telemetry_enabled: true\n')
    const root = join(world.home, '.visivo', 'telemetry')
    if (name !== '') mkdirSync(root)
    symlinkSync(name || 'telemetry', join(root, name))
    const status = (await telemetry(world, [])).stdout
    expect(status).toMatch(/^Waiting +nobody can tell: \/[^\n]* can't be read \(ELOOP: [^\n]*\)$/m)
    expect(status).not.toMatch(/^(Last success|Given up|Courier)/m)
    const { code, stdout } = await telemetry(world, ['doctor'])
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^bad {2}courier nobody can tell what waits: \//m),
    ])
  },
)

test.skipIf(process.platform === 'win32')(
  'nobody is told that nothing was sent where the older half of the log can not be read; what waits goes out',
  async () => {
    const world = await telemetryWorld()
    await leaveAnEvent(world)
    const outbox = world.files().find((file) => file.endsWith('outbox')) ?? ''
    symlinkSync('sent.older.jsonl', join(world.home, outbox, '..', 'sent.older.jsonl'))
    for (const args of [['show'], ['show', '--json'], ['log'], ['log', '--json'], ['view']])
      expect(await telemetry(world, args)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^Error: \/[^\n]*\/sent\.older\.jsonl can't be read \(ELOOP: /),
      })
    // The page that can't be read sends whoever looks at it there.
    expect((await telemetry(world, [])).stdout).toMatch(
      /^Waiting +2\n(.+\n)+Sent +nobody can tell: \/[^\n]*\/sent\.older\.jsonl can't be read \(ELOOP: /m,
    )
    expect(await telemetry(world, ['flush'])).toMatchObject({ code: 0 })
    expect(world.receiver.events).toHaveLength(2)
  },
)

test('nobody is told that nothing was sent where edits have made the log larger than any that is read', async () => {
  const world = await telemetryWorld()
  await leaveAnEvent(world)
  await telemetry(world, ['flush'])
  const log = world.files().find((file) => file.endsWith('sent.jsonl')) ?? ''
  appendFileSync(join(world.home, log), '\n'.repeat(2_000_000))
  expect(await telemetry(world, ['log'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/\/sent\.jsonl can't be read \(larger than 2 MB\)\. Move it away\.\n$/),
  })
})
