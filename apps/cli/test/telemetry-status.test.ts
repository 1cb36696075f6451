import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leaveAnEvent, PROJECT, telemetry, telemetryWorld } from './telemetry-world.ts'
import { temporaryProject } from './temp-project.ts'
import { loadFirst, visivo } from './visivo.ts'

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`

test('status tells how sending goes, so that whoever waits for an event knows what holds it up', async () => {
  const world = await telemetryWorld()
  await leaveAnEvent(world)
  const id = readFileSync(join(world.home, '.visivo/machine_id'), 'utf8')
  const facts = async () => {
    const { stdout } = await telemetry(world, [])
    return Object.fromEntries(stdout.split('\n').map((line) => line.split(/ {2,}/, 2)))
  }
  const [what, when] = [expect.stringMatching(`^${TIME}$`), expect.stringMatching(`^after ${TIME}$`)]
  expect(await facts()).toMatchObject({
    Destination: `${world.receiver.url}, with a key`,
    'Machine id': `${id} in ${join(world.home, '.visivo/machine_id')}`,
    Waiting: '2',
    'Last success': 'none',
    'Last failure': expect.stringMatching(`^${TIME}: the server answered 503`),
    'Next attempt': when,
    'Given up': '0',
    Courier: 'none at work',
  })
  await telemetry(world, ['flush'])
  const afterwards = await facts()
  expect(afterwards).toMatchObject({ Waiting: '0', 'Last success': what })
  expect(afterwards).not.toHaveProperty('Next attempt')
})

test('status names the courier that is at work', async () => {
  const world = await telemetryWorld()
  world.receiver.misbehave({ instead: 'silence' })
  await visivo(temporaryProject(PROJECT), ['compile'], world.env)
  await world.receiver.requested(1)
  expect((await telemetry(world, [])).stdout).toMatch(/^Courier {7}process \d+$/m)
})

test('status says that the notice was shown, so that nobody waits for it', async () => {
  const world = await telemetryWorld()
  world.write('.visivo/telemetry/notice', '99\n')
  expect((await telemetry(world, [])).stdout).toMatch(/^Notice {8}was shown$/m)
})

test('status says what sends events where no courier can be started, as in a compiled tool', async () => {
  const world = await telemetryWorld()
  const env = { NODE_OPTIONS: loadFirst("process.execPath = '/usr/bin/tool'") }
  const { stdout } = await telemetry(world, [], env)
  expect(stdout).toMatch(/^Courier {7}none can be started here: events wait for visivo telemetry flush$/m)
})

test('status points at what decided, and names the file of no other', async () => {
  const world = await telemetryWorld()
  world.write('.visivo/config.yml', 'telemetry_enabled: true\n')
  const cwd = temporaryProject({ 'project.visivo.yml': 'defaults:\n  telemetry_enabled: false\n' })
  const { stdout } = await telemetry(world, [], {}, cwd)
  expect(stdout.match(/^ {2}>.*$/gm)).toEqual([
    `  >  off  defaults.telemetry_enabled in project.visivo.yml  false, line 2 (${join(cwd, 'project.visivo.yml')})`,
  ])
  expect(stdout).toMatch(/^ {5}on {3}telemetry_enabled in ~\/\.visivo\/config\.yml {9}true, line 1$/m)
  expect(stdout).toMatch(/^ {5}- {4}DO_NOT_TRACK {38}not set$/m)
})

test('show gives the whole of every event, while it waits and once it was sent', async () => {
  const world = await telemetryWorld()
  await leaveAnEvent(world)
  const shown = async (...more: string[]) => (await telemetry(world, ['show', ...more])).stdout
  const { waiting } = JSON.parse(await shown('--json')) as { waiting: object[] }
  expect(waiting).toMatchObject([{ event: 'new_installation' }, { event: 'cli_command' }])
  const [first, second] = waiting.map((event) => `${JSON.stringify(event, null, 2)}\n`)
  expect(await shown()).toBe(`2 waiting to be sent:\n${first}${second}Nothing was sent.\n`)
  await telemetry(world, ['flush'])
  const text = await shown('-n', '1')
  expect(text).toMatch(
    new RegExp(`^Nothing waits to be sent\\.\nThe last 1 of 2 that were sent:\n// sent ${TIME}\n{`),
  )
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ event: 'cli_command' })
})

test('another program is told by doctor --json that something has to be done', async () => {
  const world = await telemetryWorld()
  const { code, stdout } = await telemetry(world, ['doctor', '--json'], { VISIVO_POSTHOG_API_KEY: 'phx_1' })
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ ok: false })
})

test('on says so where an env file keeps it off all the same', async () => {
  const cwd = temporaryProject({ '.env': 'DO_NOT_TRACK=1' })
  const { code, stdout } = await telemetry(await telemetryWorld(), ['on', '-w', cwd])
  expect(code).toBe(0)
  expect(stdout).toContain('It stays off all the same: DO_NOT_TRACK in .env is set (1).')
})
