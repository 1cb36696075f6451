import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT, telemetryWorld } from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { start, visivo } from './visivo.ts'

const FILE = 'project.visivo.yml'
const OFF = `${PROJECT[FILE]}defaults: { telemetry_enabled: false }\n`
const SERVE = ['serve', '--port', '0']

/** Compiles a project; gives the directory of its output. */
async function compiled(files: Readonly<Record<string, string>>, below = ''): Promise<string> {
  const project = join(temporaryProject(files), below)
  await visivo(project, ['compile'])
  return join(project, 'target')
}

/** Serves what was compiled before, answers one request, and ends as by Ctrl-C. */
async function serveOnce(cwd: string, output: string, env: NodeJS.ProcessEnv) {
  const running = start(cwd, [...SERVE, '--skip-compile', '-o', output], env)
  const [url = ''] = /http:\S+/.exec(await running.said('Serving on http://')) ?? []
  await fetch(`${url}/api/health`)
  running.child.kill('SIGTERM')
  return running.ended
}

test.each<[string, () => Promise<readonly [cwd: string, output: string]>]>([
  ['in its own file', async () => [temporaryDirectory(), await compiled({ [FILE]: OFF })]],
  [
    'in its .env file',
    async () => [temporaryDirectory(), await compiled({ ...PROJECT, '.env': 'DO_NOT_TRACK=1\n' })],
  ],
  [
    'though the working directory has another',
    async () => [temporaryProject(PROJECT), await compiled({ [FILE]: OFF })],
  ],
  [
    'and is reached through a link',
    async () => {
      const cwd = temporaryDirectory()
      symlinkSync(await compiled({ [FILE]: OFF }), join(cwd, 'link'), 'junction')
      return [cwd, 'link']
    },
  ],
  [
    'where a copy of another one’s output is run',
    async () => {
      const cwd = temporaryProject({ [FILE]: OFF })
      cpSync(await compiled(PROJECT), join(cwd, 'a', 'copy'), { recursive: true })
      return [cwd, 'a/copy']
    },
  ],
  [
    'and of which nothing but a copy of the output is there',
    async () => {
      const cwd = temporaryDirectory()
      cpSync(await compiled({ [FILE]: OFF }), join(cwd, 'target'), { recursive: true })
      return [cwd, 'target']
    },
  ],
])('a project that opted out %s is recorded neither by run nor by serve', async (_, make) => {
  const world = await telemetryWorld()
  const [cwd, output] = await make()
  expect(await visivo(cwd, ['run', '--skip-compile', '-o', output], world.env)).toMatchObject({ code: 0 })
  if (process.platform !== 'win32') expect(await serveOnce(cwd, output, world.env)).toMatchObject({ code: 0 })
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test('nor is a command that crashes', async () => {
  const world = await telemetryWorld()
  const crash = join(temporaryDirectory(), 'crash.cjs')
  const listen = '() => setImmediate(() => { throw new RangeError() })'
  writeFileSync(crash, `require('node:net').Server.prototype.listen = ${listen}`)
  const output = await compiled({ [FILE]: OFF })
  const env = { ...world.env, NODE_OPTIONS: `--require ${JSON.stringify(crash)}` }
  const { code, stderr } = await visivo(temporaryDirectory(), [...SERVE, '--skip-compile', '-o', output], env)
  expect(code).not.toBe(0)
  expect(stderr).toContain('RangeError')
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test('nor is a serve that can not listen', async () => {
  const world = await telemetryWorld()
  const output = await compiled({ [FILE]: OFF })
  const args = ['serve', '--host', '192.0.2.1', '--skip-compile', '-o', output]
  expect(await visivo(temporaryDirectory(), args, world.env)).toMatchObject({ code: 1 })
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test('nor in CI, where the process that sends is started before the project is known', async () => {
  const world = await telemetryWorld()
  const output = await compiled({ [FILE]: OFF })
  const env = { ...world.env, CI: 'true' }
  await visivo(temporaryDirectory(), ['run', '--skip-compile', '-o', output], env)
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test.each([
  ['a filter that is none', ['run', '--dag-filter', '+']],
  ['a flag that does not go with it', ['run', '-s', 'x']],
  ['a flag that is none', ['run', '--outputdir', 'x']],
  ['a port that is none', ['serve', '--port', 'x']],
])('nor is %s', async (_, args) => {
  const world = await telemetryWorld()
  const output = await compiled({ [FILE]: OFF })
  const line = [...args, '--skip-compile', '-o', output]
  expect(await visivo(temporaryProject(PROJECT), line, world.env)).toMatchObject({ code: 2 })
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test('nor in a directory of it that is named by a link', async () => {
  const world = await telemetryWorld()
  const project = temporaryProject({ [FILE]: OFF, 'sub/file': '' })
  const link = join(temporaryProject(PROJECT), 'link')
  symlinkSync(join(project, 'sub'), link, 'junction')
  await visivo(temporaryDirectory(), ['compile', '-w', link], world.env)
  expect([world.receiver.connections, world.files()]).toEqual([0, []])
})

test('a project that did not is recorded, wherever it is run from', async () => {
  const world = await telemetryWorld()
  const output = await compiled(PROJECT)
  await visivo(temporaryDirectory(), ['run', '--skip-compile', '-o', output], world.env)
  const events = await world.receiver.received(2)
  expect(events.map(({ event }) => event)).toEqual(['new_installation', 'cli_command'])
})

test('whoever names another directory from within a project that opted out is told which of the two counts', async () => {
  const world = await telemetryWorld()
  const output = await compiled(PROJECT)
  const named = join(output, '..')
  const optedOut = temporaryProject({ [FILE]: OFF })
  await visivo(optedOut, ['run', '--skip-compile', '-o', output], world.env)
  expect(world.files()).toEqual([])
  await visivo(optedOut, ['run', '--skip-compile', '-w', named], world.env)
  const events = await world.receiver.received(2)
  expect(events.map(({ event }) => event)).toEqual(['new_installation', 'cli_command'])
  const page = readFileSync(new URL('../../../TELEMETRY.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
  expect(page).toContain('with `--working-dir`, the directory that it names counts in place of the one')
})
