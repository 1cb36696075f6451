import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PROJECT, telemetryWorld } from './telemetry-world.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { inTerminal } from './terminal.ts'
import { visivo } from './visivo.ts'

const NOTICE = /collects anonymous usage data/
const REMEMBERED = '.visivo/telemetry/notice'
const PAGE = readFileSync(new URL('../../../TELEMETRY.md', import.meta.url), 'utf8')

// Its scripts are those of a POSIX shell.
describe.skipIf(process.platform === 'win32')('on a terminal', () => {
  test('the first command tells before its own output, and records nothing; the second records', async () => {
    const { env, receiver, files } = await telemetryWorld()
    const cwd = temporaryProject(PROJECT)
    const first = await inTerminal(cwd, ['compile'], env)
    expect(first.code).toBe(0)
    expect(first.screen).toMatch(/collects anonymous usage data[\s\S]*Compiled p/)
    expect(first.screen).toContain('visivo telemetry off')
    expect(files()).toEqual(['.visivo', '.visivo/telemetry', REMEMBERED])
    const second = await inTerminal(cwd, ['compile'], env)
    expect(second.screen).not.toMatch(NOTICE)
    const events = await receiver.received(2)
    expect(events.map(({ event }) => event)).toEqual(['new_installation', 'cli_command'])
  })

  test('the notice goes to stderr alone', async () => {
    const { env } = await telemetryWorld()
    const cwd = temporaryProject(PROJECT)
    const { screen } = await inTerminal(cwd, [], env, 'visivo compile > out')
    expect(screen).toMatch(NOTICE)
    expect(readFileSync(join(cwd, 'out'), 'utf8')).toMatch(/^Compiled p: .*\n$/)
  })

  test('a project that opted out is run from elsewhere without a notice, and another one with it', async () => {
    const off = temporaryProject({
      'project.visivo.yml': 'name: p\ndefaults: { telemetry_enabled: false }\n',
    })
    const on = temporaryProject(PROJECT)
    for (const project of [off, on]) await visivo(project, ['compile'])
    const { env, files } = await telemetryWorld()
    const cwd = temporaryProject(PROJECT)
    const run = (project: string) =>
      inTerminal(cwd, ['run', '--skip-compile', '-o', join(project, 'target')], env)
    expect((await run(off)).screen).not.toMatch(NOTICE)
    expect(files()).toEqual([])
    expect((await run(on)).screen).toMatch(NOTICE)
    expect(files()).toContain(REMEMBERED)
  })

  test('an edition that collects more is told again, and nothing is recorded in that run', async () => {
    const { env, files, write } = await telemetryWorld()
    write(REMEMBERED, '0\n')
    const before = files()
    expect((await inTerminal(temporaryProject(PROJECT), ['compile'], env)).screen).toMatch(NOTICE)
    expect(files()).toEqual(before)
  })

  test.each<[string, string[], Record<string, string>, string?]>([
    ['in CI', ['compile'], { CI: 'true' }],
    ['with telemetry off', ['compile'], { DO_NOT_TRACK: '1' }],
    ['without a destination', ['compile'], { VISIVO_POSTHOG_API_KEY: '', VISIVO_POSTHOG_HOST: '' }],
    ['with --help', ['--help'], {}],
    ['with --version', ['--version'], {}],
    ['by visivo telemetry', ['telemetry'], {}],
    ['by visivo telemetry --json', ['telemetry', '--json'], {}],
    ['by a visivo telemetry command that does not exist', ['telemetry', 'stauts'], {}],
    ['by visivo completion', ['completion', 'bash'], {}],
    ['when stderr is no terminal', ['compile'], {}, 'visivo "$@" 2> /dev/null'],
  ])('nothing is told %s', async (_, args, more, script) => {
    const { env } = await telemetryWorld()
    expect(
      (await inTerminal(temporaryProject(PROJECT), args, { ...env, ...more }, script)).screen,
    ).not.toMatch(NOTICE)
  })

  test('where it cannot be remembered, it is not told and nothing is recorded', async () => {
    const { env, receiver, files, write } = await telemetryWorld()
    write(`${REMEMBERED}/in-the-way`, '')
    const before = files()
    const { code, screen } = await inTerminal(temporaryProject(PROJECT), ['compile'], env)
    expect(code).toBe(0)
    expect(screen).not.toMatch(NOTICE)
    expect([files(), receiver.connections]).toEqual([before, 0])
  })
})

test('without a terminal nothing is told, and the first command records', async () => {
  const { env, receiver } = await telemetryWorld()
  const { stderr } = await visivo(temporaryProject(PROJECT), ['compile'], env)
  expect(stderr).not.toMatch(NOTICE)
  expect(await receiver.received(2)).toHaveLength(2)
})

test('whoever only looks is not counted, and reads so in TELEMETRY.md', async () => {
  const { env, receiver, files } = await telemetryWorld()
  const looks = [
    ['telemetry'],
    ['completion', 'bash'],
    ['--help'],
    ['run', '--help'],
    ['help'],
    ['--version'],
    [],
  ]
  for (const args of looks) await visivo(temporaryDirectory(), args, env)
  expect([files(), receiver.connections]).toEqual([[], 0])
  expect(PAGE).toContain(
    '`visivo telemetry …`, `visivo completion`, and whatever only prints help or the version are never counted.',
  )
})
