import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Misbehaviour, Receiver } from '@visivo/telemetry/testing'
import { describe, expect, test } from 'vitest'
import { CONFIG, telemetryWorld } from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { type Ended, exampleProject, start, visivo } from './visivo.ts'

async function commands(receiver: Receiver, count = 1) {
  const events = await receiver.received(count)
  return events.filter(({ event }) => event === 'cli_command').map(({ properties }) => properties)
}

test("the promises' own example arrives letter for letter", async () => {
  const { home, receiver, env } = await telemetryWorld()
  const output = join(home, 'output')
  const args = ['run', '--dag-filter', '+my_chart+', '--threads', '4', '--output-dir', output]
  expect(await visivo(exampleProject(), args, env)).toMatchObject({ code: 0 })
  const [command] = await commands(receiver, 2)
  expect(command).toMatchObject({
    command: 'run',
    command_args: ['--dag-filter', '<value>', '--threads', '<value>', '--output-dir', '<path>'],
    success: true,
    job_count: 2,
  })
})

test('a compile counts objects of every kind, zeros included, and names the project by its pseudonym', async () => {
  const { receiver, env } = await telemetryWorld()
  const project = temporaryProject({
    'project.visivo.yml':
      'name: my-secret-project\nincludes: [{ path: more.yml }]\nmodels: [{ name: a, args: [echo] }]\n',
    'more.yml': 'models: [{ name: b, args: [echo] }]\n',
  })
  await visivo(project, ['compile'], env)
  const [command] = await commands(receiver, 2)
  expect(command).toMatchObject({
    project_hash: 'dd27b0b0a27ccb48',
    object_counts: {
      sources: 0,
      models: 2,
      traces: 0,
      insights: 0,
      charts: 0,
      tables: 0,
      dashboards: 0,
      alerts: 0,
      inputs: 0,
      destinations: 0,
    },
  })
})

describe('a failure is recorded by its type', () => {
  const broken = 'name: p\nmodels: [{ name: m, source: ref(hunter2), sql: select 1 }]\n'
  test.each<[string, string, string[], object]>([
    [
      'a project that is not there',
      '',
      ['compile'],
      { command: 'compile', error_type: 'ProjectNotFoundError' },
    ],
    ['a reference to nothing', broken, ['compile'], { error_type: 'UnknownReferenceError' }],
    ['YAML that is broken', 'name: p\nmodels: [hunter2', ['compile'], { error_type: 'ProjectParseError' }],
    [
      'a flag that is not declared',
      'name: p\n',
      ['compile', '--hunter2=x'],
      { command_args: ['<flag>'], error_type: 'UsageError' },
    ],
    [
      'a command that is not declared',
      'name: p\n',
      ['hunter2'],
      { command: '<unknown>', error_type: 'UsageError' },
    ],
  ])('%s', async (_, yaml, args, expected) => {
    const { receiver, env } = await telemetryWorld()
    await visivo(temporaryProject(yaml ? { 'project.visivo.yml': yaml } : {}), args, env)
    const [command] = await commands(receiver, 2)
    expect(command).toMatchObject({ success: false, ...expected })
    expect(receiver.bodies.join()).not.toContain('hunter2')
  })

  test('Ctrl-C', async ({ skip }) => {
    skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
    const { receiver, env } = await telemetryWorld()
    const slow = 'select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range'
    const sources = "sources: [{ name: s, type: duckdb, database: ':memory:' }]"
    const models = `models: [{ name: quick, source: ref(s), sql: select 1 }, { name: slow, source: ref(s), sql: "${slow}" }]`
    const running = start(
      temporaryProject({ 'project.visivo.yml': `name: p\n${sources}\n${models}\n` }),
      ['run'],
      env,
    )
    await running.said('quick: 1 row')
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ code: 130 })
    const [command] = await commands(receiver, 2)
    expect(command).toMatchObject({ command: 'run', success: false, error_type: 'Interrupted', job_count: 1 })
  })

  test('the third Ctrl-C, which a seed that does not let go takes', async ({ skip }) => {
    skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
    const { receiver, env } = await telemetryWorld()
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, seed.cjs] }] }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`,
      // It presses by itself, whenever the last press was heard, and ends with the command.
      'seed.cjs': `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
const command = process.ppid
const press = setInterval(() => {
  if (process.ppid === command) process.kill(command, 'SIGINT')
  else clearInterval(press)
}, 100)
`,
    })
    // What it was in the middle of stays behind.
    const TMPDIR = temporaryDirectory()
    expect(await visivo(cwd, ['run'], { ...env, TMPDIR })).toMatchObject({ code: 130 })
    const [command] = await commands(receiver, 2)
    expect(command).toMatchObject({ command: 'run', success: false, error_type: 'Interrupted' })
    expect(command?.project_hash).toEqual(expect.any(String))
  })

  test('a crash that nobody caught', async () => {
    const { home, receiver, env, write } = await telemetryWorld()
    // Once it has said that it serves: by then telemetry listens for its end.
    write(
      'crash.cjs',
      `const { stdout } = process
const write = stdout.write
stdout.write = function (text, ...more) {
  if (String(text).includes('Serving on')) setImmediate(() => { throw new RangeError('hunter2') })
  return write.call(this, text, ...more)
}`,
    )
    const running = start(exampleProject(), ['serve', '--port', '0'], {
      ...env,
      NODE_OPTIONS: `--require ${JSON.stringify(join(home, 'crash.cjs'))}`,
    })
    expect((await running.ended).code).not.toBe(0)
    const [command] = await commands(receiver, 2)
    expect(command).toMatchObject({ command: 'serve', success: false, error_type: 'RangeError' })
    expect(receiver.bodies.join()).not.toContain('hunter2')
  })
})

test.each(['--help', '--version'])('%s is nobody’s business', async (flag) => {
  const { home, receiver, env } = await telemetryWorld()
  await visivo(exampleProject(), [flag], env)
  expect([receiver.connections, readdirSync(home)]).toEqual([0, []])
})

describe('with one opt-out alone there is no connection and no new file', () => {
  const project = 'name: p\nmodels: []\n'
  const off = 'defaults:\n  telemetry_enabled: false\n'
  test.each<
    [
      string,
      { env?: Record<string, string>; files?: Record<string, string>; config?: string; args?: string[] },
    ]
  >([
    ['VISIVO_TELEMETRY_DISABLED=true', { env: { VISIVO_TELEMETRY_DISABLED: 'true' } }],
    ['VISIVO_TELEMETRY_DISABLED=1', { env: { VISIVO_TELEMETRY_DISABLED: '1' } }],
    ['DO_NOT_TRACK=1', { env: { DO_NOT_TRACK: '1' } }],
    ['the project', { files: { 'project.visivo.yml': project + off } }],
    [
      'the project, of a command that fails',
      { files: { 'project.visivo.yml': `${project}${off}includes: [{ path: nowhere.yml }]\n` } },
    ],
    [
      'the project, of a command line that is wrong',
      { files: { 'project.visivo.yml': project + off }, args: ['compile', '--nonsense'] },
    ],
    [
      'the project in another directory',
      { files: { 'sub/project.visivo.yml': project + off }, args: ['compile', '-w', 'sub'] },
    ],
    [
      'the project in another directory, of a command line that is wrong',
      { files: { 'sub/project.visivo.yml': project + off }, args: ['compile', '-w', 'sub', '--nonsense'] },
    ],
    [
      'the project in another directory, named behind what is wrong',
      { files: { 'sub/project.visivo.yml': project + off }, args: ['compile', '--nonsense', '-wsub'] },
    ],
    [
      'the project in another directory, of a command that does not exist',
      { files: { 'sub/project.visivo.yml': project + off }, args: ['cmopile', '--working-dir', 'sub'] },
    ],
    [
      'the project in another directory, named before the command',
      { files: { 'sub/project.visivo.yml': project + off }, args: ['-w', 'sub', 'compile'] },
    ],
    [
      'another env file, of a command line that is wrong',
      {
        files: { 'project.visivo.yml': project, 'other.env': 'DO_NOT_TRACK=1\n' },
        args: ['compile', '--nonsense', '-e', 'other.env'],
      },
    ],
    [
      'another env file that cannot be read',
      {
        files: { 'project.visivo.yml': project, 'other.env/more': '' },
        args: ['compile', '-e', 'other.env'],
      },
    ],
    [
      'a project file that is broken around its opt-out',
      { files: { 'project.visivo.yml': `${project}${off}charts: [` } },
    ],
    [
      'the .env file',
      { files: { 'project.visivo.yml': project, '.env': 'VISIVO_TELEMETRY_DISABLED=true\n' } },
    ],
    [
      'another env file',
      {
        files: { 'project.visivo.yml': project, 'other.env': 'DO_NOT_TRACK=1\n' },
        args: ['compile', '-e', 'other.env'],
      },
    ],
    [
      'the first of two env files, in a line that no parser takes, though the second says on',
      {
        files: { 'project.visivo.yml': project, 'a.env': 'DO_NOT_TRACK: 1\n', 'b.env': 'DO_NOT_TRACK=0\n' },
        args: ['compile', '-e', 'a.env', '-e', 'b.env'],
      },
    ],
    [
      'the .env file, though another one is loaded',
      {
        files: { 'project.visivo.yml': project, '.env': 'DO_NOT_TRACK=1\n', 'other.env': 'TOKEN=x\n' },
        args: ['compile', '-e', 'other.env'],
      },
    ],
    ['the person’s configuration', { config: 'telemetry_enabled: false\n' }],
    ['a configuration that cannot be parsed', { config: 'telemetry_enabled: [\n' }],
    ['no key', { env: { VISIVO_POSTHOG_API_KEY: '' } }],
    ['a host without TLS', { env: { VISIVO_POSTHOG_HOST: 'http://posthog.example' } }],
  ])(
    '%s',
    async (_, { env: more = {}, files = { 'project.visivo.yml': project }, config, args = ['compile'] }) => {
      const { home, receiver, env, write } = await telemetryWorld()
      if (config !== undefined) write(CONFIG, config)
      const before = readdirSync(home, { recursive: true }).sort()
      await visivo(temporaryProject(files), args, { ...env, ...more })
      expect(readdirSync(home, { recursive: true }).sort()).toEqual(before)
      expect(receiver.connections).toBe(0)
    },
  )
})

describe('a PostHog in trouble changes neither output nor exit code', () => {
  const lines = [
    ['compile'],
    ['run', '--dag-filter', '+my_chart', '--threads', '1'],
    ['compile', '--nonsense'],
    ['run', '--dag-filter', 'nothing'],
  ]
  /** What each line comes to with telemetry off: the same for every trouble. */
  let undisturbed: Promise<readonly object[]> | undefined

  test.each<[string, Misbehaviour | 'gone']>([
    ['that answers 500', { status: 500 }],
    ['that never answers', { instead: 'silence' }],
    ['that drops connections', { instead: 'drop' }],
    ['that is not there', 'gone'],
  ])('%s', async (_, trouble) => {
    const { home, receiver, env } = await telemetryWorld()
    if (trouble === 'gone') await receiver.close()
    else receiver.misbehave(trouble)
    undisturbed ??= outcomes({ ...env, DO_NOT_TRACK: '1' })
    expect(await outcomes(env)).toEqual(await undisturbed)
    // Somebody has met the trouble.
    if (trouble !== 'gone') await receiver.requested(1)
    expect(existsSync(join(home, '.visivo', 'machine_id'))).toBe(true)
  })

  async function outcomes(env: NodeJS.ProcessEnv): Promise<readonly object[]> {
    const cwd = exampleProject()
    const all = []
    for (const args of lines) all.push(withoutTimes(await visivo(cwd, args, env)))
    return all
  }

  function withoutTimes({ code, stdout, stderr }: Ended) {
    const timeless = (text: string) => text.replace(/\d+(\.\d+)? s\b/g, 'some time')
    return { code, stdout: timeless(stdout), stderr: timeless(stderr) }
  }
})

test('serve sends an event for every request, under the same project hash and session as the command', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { receiver, env } = await telemetryWorld()
  const running = start(exampleProject(), ['serve', '--port', '0', '--dag-filter', '+my_chart'], env)
  const [url = ''] = /http:\S+/.exec(await running.said('Serving on http://')) ?? []
  const paths = ['/', '/api/models', '/api/models/monthly%20revenue/data?limit=1&token=hunter2', '/hunter2']
  for (const path of paths) await fetch(url + path)
  await fetch(`${url}/api/models`, { method: 'DELETE' })
  await receiver.received(6)
  running.child.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ code: 0 })
  // Its own command is the last word of a process that has two seconds for it; what is not sent by then waits.
  await visivo(temporaryDirectory(), ['telemetry', 'flush'], env)
  const received = await receiver.received(7)
  // What was on its way at the end is sent again.
  const events = [...new Map(received.map((event) => [event.uuid, event])).values()]
  const requests = events.filter(({ event }) => event === 'api_request').map(({ properties }) => properties)
  expect(requests.map(({ endpoint, method, request_count }) => [endpoint, method, request_count])).toEqual([
    ['/', 'GET', 1],
    ['/api/models', 'GET', 1],
    ['/api/models/{name}/data', 'GET', 1],
    ['<unmatched>', 'GET', 1],
    ['/api/models', 'DELETE', 1],
  ])
  expect(requests.at(-1)?.status_code).toBe(405)
  const own = events.filter(({ event }) => event !== 'new_installation').map(({ properties }) => properties)
  expect(new Set(own.map(({ project_hash }) => project_hash)).size).toBe(1)
  expect(new Set(own.map(({ session_id }) => session_id)).size).toBe(1)
  expect(receiver.bodies.join()).not.toContain('hunter2')
})
