import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandSpec } from '@visivo/sanitize'
import { expect, test, vi } from 'vitest'
import { inTerminal } from '../../../apps/cli/test/terminal.ts'
import { bundle } from '../test/bundle.ts'
import { run } from '../test/processes.ts'
import { temporaryDirectory } from '../test/samples.ts'
import { fixture } from '../test/scene.ts'
import { type FollowedProcess, type FollowOptions, followProcess } from './follow-process.ts'
import { createTelemetry } from './telemetry.ts'

const cake: CommandSpec = {
  name: 'cake',
  options: [
    { names: ['-h', '--help'], value: 'none' },
    { names: ['-v', '--version'], value: 'none' },
  ],
  commands: [
    { name: 'bake', options: [{ names: ['-v', '--verbose'], value: 'none' }] },
    { name: 'mix', options: [{ names: ['--version'], value: 'required' }] },
    { name: 'telemetry', commands: [{ name: 'on' }] },
    { name: 'telemetry:on' },
    { name: 'tins', commands: [{ name: 'help' }, { name: 'completion' }] },
    { name: 'completion' },
  ],
}

/** Debug mode of somebody who has a home there. */
function environmentIn(home: string) {
  return {
    HOME: home,
    USERPROFILE: home,
    CI: 'false',
    LISTENS: '1',
    VISIVO_TELEMETRY_DEBUG: '1',
    VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1',
    VISIVO_POSTHOG_API_KEY: 'phc_test',
  }
}

/** The followed command as debug mode prints it, or that nothing was. */
async function follow(
  argv: readonly string[],
  options: Omit<FollowOptions, 'argv'> = {},
  end = 'plain',
  spec = cake,
  by: readonly string[] = [],
  script = fixture('follow.mjs'),
) {
  const home = temporaryDirectory()
  const { PATH = '' } = process.env
  const seen = await run(
    [...by, process.execPath, script, JSON.stringify(spec), JSON.stringify(options), end, ...argv],
    { cwd: home, env: { PATH, ...environmentIn(home) } },
  )
  // Ours come on top of as many listeners as a program may have; Node warns of the eleventh. Of a program that waits for
  // nothing Node 22 warns by itself.
  expect(seen.stderr.replace(/^Warning: Detected unsettled top-level await /m, '')).not.toContain('Warning')
  const events = seen.stderr.split(/^(?=\{)/m).filter((text) => text.includes('"cli_command"'))
  const [properties] = events.map((text) => JSON.parse(text.slice(0, text.lastIndexOf('}') + 1)).properties)
  return { code: seen.code, count: events.length, properties }
}

test.each<[string, readonly string[], Omit<FollowOptions, 'argv'>]>([
  ['a question for help', ['-h'], {}],
  ['one behind a command', ['bake', '--help'], {}],
  ['one below a command', ['tins', 'help', 'grease'], {}],
  ['a question for the version', ['-v'], {}],
  ['a command about telemetry', ['telemetry', 'on'], {}],
  ['even a mistaken one', ['telemetry', '--onn'], {}],
  ['by another spelling', ['telemetry:on'], {}],
  ['a script for the shell', ['completion', 'bash'], {}],
  ['no command', [], {}],
  ['a command that the program keeps out', ['bake'], { unrecorded: ['bake'] }],
])('not recorded: %s', async (_sentence, argv, options) => {
  expect((await follow(argv, options)).count).toBe(0)
})

test.each<[string, readonly string[], Omit<FollowOptions, 'argv'>, string]>([
  ['a letter that asks elsewhere', ['bake', '-v'], {}, 'bake'],
  ['a flag that takes a value by the name of a question', ['mix', '--version', '3'], {}, 'mix'],
  ['what stands behind --', ['bake', '--', '--help'], {}, 'bake'],
  [
    'a command below one, by a name that stands aside at the top',
    ['tins', 'completion'],
    {},
    'tins completion',
  ],
  ['no command, of a program that works without one', [], { withoutCommand: true }, '<none>'],
  ['no command, but a mistake', ['--nope'], {}, '<none>'],
  ['a command that the program no longer keeps out', ['telemetry'], { unrecorded: [] }, 'telemetry'],
])('recorded: %s', async (_sentence, argv, options, command) => {
  expect(await follow(argv, options)).toMatchObject({ count: 1, properties: { command, success: true } })
})

test.each<[string, Omit<FollowOptions, 'argv'>, number]>([
  ['is recorded', {}, 1],
  ['is not where the program says so', { withoutCommand: false }, 0],
])('no command, of a program that runs something by default, %s', async (_sentence, options, count) => {
  expect(await follow([], options, 'plain', { ...cake, default: { name: '' } })).toMatchObject({ count })
})

test('a program without commands is recorded as it is', async () => {
  const seen = await follow(['cake.txt'], {}, 'plain', { name: 'cake' })
  expect(seen).toMatchObject({ count: 1, properties: { command: '<none>', command_args: ['<path>'] } })
})

test.each<[string, string, number, object]>([
  [
    'what was noted',
    'noted',
    1,
    { error_type: 'RangeError', project_hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ],
  [
    'a failure that was noted, of a run that exits with 0',
    'failed',
    0,
    { success: false, error_type: 'RangeError' },
  ],
  ['an error that was noted, of a run that got over it', 'caught', 0, { success: true }],
  [
    'a success that was noted, of a run that exits with 1',
    'hoped',
    1,
    { success: false, error_type: 'Error' },
  ],
  ['an end that was told, and not the one that followed', 'twice', 1, { success: true, job_count: 2 }],
  ['a success that the program said in a text', 'saidInText', 0, { success: true }],
  ['a program that went on after an error', 'recovered', 0, { success: true }],
  [
    'one whose listener for the exit, before ours, throws',
    'thrownAtExit',
    1,
    { success: false, error_type: 'RangeError' },
  ],
  ['one that waits for nothing', 'waiting', 13, { success: false, error_type: 'Error' }],
  ['one that shares its work with a cluster', 'sharing', 0, { success: true }],
])('recorded once: %s', async (_sentence, end, code, properties) => {
  expect(await follow(['bake'], {}, end)).toMatchObject({ code, count: 1, properties })
})

test.runIf(process.platform !== 'win32').each(['listening', 'listeningOnce'])(
  "a signal that the program listens to is the program's own: %s",
  async (end) => {
    const seen = await follow(['bake'], { signals: true }, end)
    expect(seen).toMatchObject({ code: 7, count: 1, properties: { success: false, error_type: 'Error' } })
  },
)

test.runIf(process.platform !== 'win32')('a signal ends what was thought to work', async () => {
  const seen = await follow(['bake'], { signals: true }, 'hopedAndInterrupted')
  expect(seen).toMatchObject({ count: 1, properties: { success: false, error_type: 'Interrupted' } })
})

test.runIf(process.platform !== 'win32')(
  'a signal has its name in a bundle that is minified, too',
  async () => {
    const script = await bundle({ root: temporaryDirectory() }, 'follow.mjs', true)
    const seen = await follow(['bake'], { signals: true }, 'interrupted', cake, [], script)
    expect(seen).toMatchObject({ code: null, count: 1, properties: { error_type: 'Interrupted' } })
  },
)

test.runIf(process.platform !== 'win32')(
  'a terminal that the program had for itself is given back when a signal ends it',
  async () => {
    const home = temporaryDirectory()
    const follows = [fixture('follow.mjs'), JSON.stringify(cake), '{"signals":true}', 'asking', 'bake']
    const script = '"$@"; echo "ended with $?"; stty -a'
    const { screen } = await inTerminal(home, [process.execPath, ...follows], environmentIn(home), script)
    expect(screen).toContain('"error_type": "Interrupted"')
    expect(screen).toContain('ended with 143')
    expect(screen).toMatch(/(?<!-)\bicanon\b.*(?<!-)\becho\b/s)
  },
)

test('the first process of a container does not end by a signal: it is recorded as it ends', async ({
  skip,
}) => {
  const asFirst = ['unshare', '--pid', '--fork']
  if (spawnSync('unshare', [...asFirst.slice(1), 'true']).status !== 0)
    return skip('no process can be the first one here')
  const seen = await follow(['bake'], { signals: true }, 'interrupted', cake, asFirst)
  expect(seen).toMatchObject({ code: 0, count: 1, properties: { success: true } })
})

test.each<[string, Readonly<Record<string, string>>, (followed: FollowedProcess) => void]>([
  ['a command that ended', { VISIVO_TELEMETRY_DEBUG: '1' }, (followed) => followed.ended()],
  [
    'one that ended twice',
    { VISIVO_TELEMETRY_DEBUG: '1' },
    (followed) => {
      followed.ended()
      followed.ended()
    },
  ],
  ['one that runs with telemetry off', { DO_NOT_TRACK: '1' }, () => {}],
])('nothing is left on `process`, and no room: %s', (_sentence, env, end) => {
  const events = ['exit', 'uncaughtExceptionMonitor', 'SIGINT', 'SIGTERM']
  const found = () => [process.getMaxListeners(), ...events.map((event) => process.listenerCount(event))]
  const before = found()
  const telemetry = createTelemetry({
    version: '1.2.3',
    home: temporaryDirectory(),
    env: { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false', ...env },
    stderr: () => ({ write: () => {} }),
  })
  end(followProcess(telemetry, cake, { argv: ['bake'], signals: true }))
  expect(found()).toEqual(before)
})

/** Telemetry that is on, of somebody who has a home of their own. */
function recordingIn() {
  const home = temporaryDirectory()
  const telemetry = createTelemetry({
    version: '1.2.3',
    home,
    env: { VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' },
    stderr: () => ({ write: () => {} }),
  })
  return { telemetry, home }
}

test('a run in a project that opted out is not recorded, though the project was moved away meanwhile', () => {
  const { telemetry, home } = recordingIn()
  const projectDirectory = join(home, 'shop')
  mkdirSync(projectDirectory)
  writeFileSync(join(projectDirectory, 'project.visivo.yml'), 'defaults:\n  telemetry_enabled: false\n')
  const followed = followProcess(telemetry, cake, { argv: ['bake'], where: { projectDirectory } })
  renameSync(projectDirectory, join(home, 'attic'))
  followed.ended({ where: { projectDirectory } })
  expect(readdirSync(home)).toEqual(['attic'])
})

test('a run in a project that opts out while it works is not recorded', () => {
  const { telemetry, home } = recordingIn()
  const followed = followProcess(telemetry, cake, { argv: ['bake'], where: { projectDirectory: home } })
  writeFileSync(join(home, 'project.visivo.yml'), 'defaults:\n  telemetry_enabled: false\n')
  followed.ended()
  expect(readdirSync(home)).toEqual(['project.visivo.yml'])
})

test('a courier that the run would wait for is started as it begins, for the project that it works in', () => {
  const { telemetry, home } = recordingIn()
  const warmUp = vi.spyOn(telemetry, 'warmUp')
  const where = { projectDirectory: home }
  followProcess(telemetry, cake, { argv: ['bake'], where }).ended()
  followProcess(telemetry, cake, { argv: ['--help'], where }).ended()
  expect(warmUp.mock.calls).toEqual([[where]])
})

test('debug mode says of a run with telemetry off that nothing would be sent, and why', () => {
  const shown: string[] = []
  const telemetry = createTelemetry({
    version: '1.2.3',
    home: temporaryDirectory(),
    env: { VISIVO_TELEMETRY_DEBUG: '1', DO_NOT_TRACK: '1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' },
    stderr: () => ({ write: (text: string) => void shown.push(text) }),
  })
  followProcess(telemetry, cake, { argv: ['bake'] }).ended()
  expect(shown.join('')).toMatch(/^nothing would be sent: .*DO_NOT_TRACK/)
})
