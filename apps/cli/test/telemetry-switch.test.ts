import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CONFIG, leaveAnEvent, telemetry, telemetryWorld } from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'

describe('on and off', () => {
  test('off keeps the file as it is but for the switch, and removes what waits; on undoes it', async () => {
    const world = await telemetryWorld()
    const text = '# mine\nother: 1 # stays\ntelemetry_enabled: true # why not\nlast: [x]\n'
    world.write(CONFIG, text)
    await leaveAnEvent(world)
    const off = await telemetry(world, ['off'])
    expect(off).toMatchObject({ code: 0, stderr: '' })
    expect(off.stdout).toContain('Removed 2 events that waited')
    const config = () => readFileSync(join(world.home, CONFIG), 'utf8')
    expect(config()).toBe(text.replace('true', 'false'))
    expect((await telemetry(world, [])).stdout).toContain('Telemetry is off')
    expect(await telemetry(world, ['enable', '--json'])).toMatchObject({ code: 0, stderr: '' })
    expect(config()).toBe(text)
  })

  test('on says what keeps it off all the same', async () => {
    const world = await telemetryWorld()
    const { code, stdout } = await telemetry(world, ['on'], { DO_NOT_TRACK: '1' })
    expect(code).toBe(0)
    expect(stdout).toContain('It stays off all the same: DO_NOT_TRACK is set (1).')
  })

  test('--project edits the project, also from below it, and only where there is one', async () => {
    const world = await telemetryWorld()
    const cwd = temporaryProject({ 'project.visivo.yml': 'name: p # a name\n' })
    expect(await telemetry(world, ['disable', '--project'], {}, cwd)).toMatchObject({ code: 0 })
    const text = readFileSync(join(cwd, 'project.visivo.yml'), 'utf8')
    expect(text).toMatch(/^name: p # a name\n(?=[\s\S]*telemetry_enabled: false)/)
    mkdirSync(join(cwd, 'models'))
    const on = await telemetry(world, ['on', '--project'], {}, join(cwd, 'models'))
    expect(on.stdout).toContain(`in ${join(realpathSync(cwd), 'project.visivo.yml')} is true`)
    const nowhere = temporaryDirectory()
    const { code, stderr } = await telemetry(world, ['off', '--project'], {}, nowhere)
    expect([code, existsSync(join(nowhere, 'project.visivo.yml'))]).toEqual([1, false])
    expect(stderr).toContain('There is no project.visivo.yml')
    const before = readFileSync(join(cwd, 'project.visivo.yml'), 'utf8')
    const mistyped = await telemetry(world, ['off', '--project', '-w', 'modles'], {}, cwd)
    expect([mistyped.code, readFileSync(join(cwd, 'project.visivo.yml'), 'utf8')]).toEqual([1, before])
    expect(mistyped.stderr).toMatch(/modles is not a directory\. Check --working-dir\.\n$/)
  })

  test('off does not wait for an env file that is a pipe without a writer', async ({ skip }) => {
    skip(process.platform === 'win32', 'no file there is a pipe')
    const world = await telemetryWorld()
    const cwd = temporaryDirectory()
    execFileSync('mkfifo', [join(cwd, '.env')])
    expect(await telemetry(world, ['off'], {}, cwd)).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await telemetry(world, ['status'], {}, cwd)
    expect(stdout).toContain(".env: the file can't be read (not a file)")
  })

  test('a file that is broken stays, and its line is named', async () => {
    const world = await telemetryWorld()
    world.write(CONFIG, 'a: 1\nb: [\n')
    const { code, stderr } = await telemetry(world, ['off'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/config\.yml:\d: it is not valid YAML/)
    expect(readFileSync(join(world.home, CONFIG), 'utf8')).toBe('a: 1\nb: [\n')
  })
})

test.skipIf(process.platform === 'win32').each([
  ['is missing, and makes none', () => join(temporaryDirectory(), 'missing')],
  ['is one in which nothing can be made', () => '/proc'],
])('off ends, and says that it could not be done, where the home %s', async (_, homeOf) => {
  const HOME = homeOf()
  const { code, stderr } = await telemetry(await telemetryWorld(), ['off'], { HOME })
  expect([code, existsSync(join(HOME, '.visivo'))]).toEqual([1, false])
  expect(stderr).toContain(`Could not write ${HOME}/.visivo/config.yml (ENOENT)`)
})

test('reset replaces the id, and purge removes everything but the settings', async () => {
  const world = await telemetryWorld()
  world.write(CONFIG, 'other: 1\n')
  expect((await telemetry(world, ['reset'])).stdout).toContain('There is no machine id to replace')
  await leaveAnEvent(world)
  const id = () => readFileSync(join(world.home, '.visivo/machine_id'), 'utf8')
  const old = id()
  expect(await telemetry(world, ['reset'])).toMatchObject({ code: 0, stdout: expect.stringContaining(old) })
  expect(id()).not.toBe(old)
  const { code, stdout } = await telemetry(world, ['purge'])
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining(`Removed ${join(world.home, '.visivo/telemetry')}`),
  ])
  expect(world.files()).toEqual(['.visivo', CONFIG])
  expect((await telemetry(world, ['purge'])).stdout).toContain('There is nothing to remove')
})

test.each([
  ['a command that does not exist', ['flsh'], "unknown command 'telemetry flsh'. Did you mean 'flush'"],
  [
    'the other name of a command, mistyped,',
    ['enabel'],
    "unknown command 'telemetry enabel'. Did you mean 'enable'",
  ],
  [
    'a flag that does not exist',
    ['log', '--sinc', '1d'],
    "unknown option '--sinc'\n  (Did you mean --since?)\n  Run visivo --help, or visivo <command> --help.\n",
  ],
  ['a time that is none', ['log', '--since', 'noon'], 'It must be like 30m'],
  ['a time of a day that is none', ['log', '--since', '2026-01-31T25:00'], 'It must be like 30m'],
  ['a time before all days', ['log', '--since', '999999999d'], 'It must be like 30m'],
  ['a day that is none', ['log', '--since', '2026-02-31'], 'It must be like 30m'],
  [
    'an event of two names, of which one alone would be shown,',
    ['log', '--event', 'cli_command', '--event', 'api_request'],
    'It can be given once.',
  ],
  [
    'an event that does not exist',
    ['log', '--event', 'cli'],
    'only cli_command, api_request, new_installation',
  ],
])('%s is a usage error, and nothing is recorded', async (_, args, says) => {
  const world = await telemetryWorld()
  const { code, stderr } = await telemetry(world, args)
  expect(code).toBe(2)
  expect(stderr).toContain(says)
  expect([world.files(), world.receiver.connections]).toEqual([[], 0])
})
