import { EventEmitter } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory, temporaryProject } from '../test/temp-project.ts'
import { runCli } from './cli.ts'
import { Interrupted, QueryError, UnknownReferenceError, UsageError } from './errors.ts'
import { type CommandEnd, type CommandStart, noObserver } from './observer.ts'

const YAML = `name: observed
sources: [{ name: memory, type: duckdb, database: ':memory:' }]
models:
  - { name: good, source: ref(memory), sql: select 1 as one }
  - { name: bad, source: ref(memory), sql: select * from nothing }
  - { name: slow, source: ref(memory), sql: "select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range" }
`

/** Runs a command line in this process; gives what the observer was told, in order, and what was printed. */
async function observe(
  cwd: string,
  argv: readonly string[],
  onStarted: (signals: Signals) => void = () => {},
) {
  const signals = new Signals()
  const stdout = new PassThrough().setEncoding('utf8')
  const stderr = new PassThrough().setEncoding('utf8')
  const starts: CommandStart[] = []
  const ends: CommandEnd[] = []
  const exitCode = await runCli(argv, {
    cwd,
    env: { FROM_PROCESS: 'process', BOTH: 'process' },
    stdout,
    stderr,
    signals,
    observer: {
      started: (start) => {
        starts.push(start)
        onStarted(signals)
      },
      ended: (end) => {
        ends.push(end)
      },
    },
  })
  return { exitCode, starts, ends, printed: stdout.read() ?? '', complaints: stderr.read() ?? '' }
}

class Signals extends EventEmitter {
  exit(): void {
    throw new Error('the process was ended')
  }
}

describe('a command is observed once', () => {
  const cases: readonly [string, readonly string[], string | undefined, number, object][] = [
    ['when it succeeds', ['compile'], undefined, 0, { projectName: 'observed' }],
    ['when it runs a model', ['run', '--dag-filter', 'good'], undefined, 0, { jobCount: 1 }],
    ['when its only model fails', ['run', '--dag-filter', 'bad'], 'QueryError', 1, { jobCount: 0 }],
    [
      'when its last model fails',
      ['run', '--threads', '1', '--dag-filter', 'good,bad'],
      'QueryError',
      1,
      { jobCount: 1 },
    ],
    [
      'when the second of two filters fails',
      ['run', '--threads', '1', '--dag-filter', 'good', '--dag-filter', 'bad'],
      'QueryError',
      1,
      { jobCount: 1 },
    ],
    [
      'when a name is unknown',
      ['run', '--dag-filter', 'god'],
      'UnknownReferenceError',
      1,
      { projectName: 'observed' },
    ],
    ['when a flag is wrong', ['run', '--nope'], 'UsageError', 2, {}],
    ['when a filter is wrong', ['run', '--dag-filter', '++'], 'UsageError', 2, {}],
    ['when the env file is missing', ['compile', '-e', 'gone.env'], 'EnvFileError', 1, {}],
  ]
  test.each(cases)('%s', async (_case, argv, errorName, exitCode, report) => {
    const { starts, ends, ...told } = await observe(temporaryProject({ 'project.visivo.yml': YAML }), argv)
    expect(starts).toHaveLength(1)
    expect(ends).toHaveLength(1)
    expect(starts[0]?.command?.name()).toBe(argv[0])
    expect(ends[0]).toMatchObject({ exitCode, report })
    expect(told.exitCode).toBe(exitCode)
    const { error } = ends[0] ?? {}
    expect(error instanceof Error ? error.name : error).toBe(errorName)
  })

  test('when it is interrupted', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': YAML })
    const { exitCode, ends } = await observe(cwd, ['run', '--dag-filter', 'slow'], (signals) => {
      signals.once('newListener', () => setImmediate(() => signals.emit('SIGINT')))
    })
    expect(exitCode).toBe(130)
    expect(ends[0]?.error).toBeInstanceOf(Interrupted)
  })

  test('when it is interrupted before it has written anything, which then is not written', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': YAML })
    const { exitCode } = await observe(cwd, ['compile'], (signals) => {
      signals.once('newListener', () => setImmediate(() => signals.emit('SIGINT')))
    })
    expect(exitCode).toBe(130)
    expect(existsSync(join(cwd, 'target', 'project.json'))).toBe(false)
  })

  test('when something crashes outside of it', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': YAML })
    const crash = new RangeError('elsewhere')
    const { exitCode, ends } = await observe(cwd, ['run', '--dag-filter', 'slow'], (signals) => {
      signals.once('newListener', () => setImmediate(() => signals.emit('uncaughtException', crash)))
    })
    expect(exitCode).toBe(1)
    expect(ends[0]?.error).toBe(crash)
  })

  test('with the error as it was thrown', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': YAML })
    expect((await observe(cwd, ['run', '--dag-filter', 'bad'])).ends[0]?.error).toBeInstanceOf(QueryError)
    expect((await observe(cwd, ['run', '-s', 'x'])).ends[0]?.error).toBeInstanceOf(UnknownReferenceError)
    expect((await observe(cwd, ['comple'])).ends[0]?.error).toBeInstanceOf(UsageError)
  })

  test('with no command when none of that name exists', async () => {
    const { starts, complaints } = await observe(temporaryDirectory(), ['comple'])
    expect(starts).toMatchObject([{ command: undefined, argv: ['comple'] }])
    expect(complaints).toContain('Did you mean compile?')
  })
})

test('a server that is stopped in the moment before it waits for that ends all the same', async () => {
  const signals = new Signals()
  const serving = async () => {
    signals.emit('SIGTERM')
    return { middleware: async () => {}, close: async () => {} }
  }
  const exitCode = await runCli(['serve', '--port', '0'], {
    cwd: temporaryProject({ 'project.visivo.yml': 'name: p\nmodels: []\n' }),
    env: {},
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    signals,
    observer: { ...noObserver, serving },
  })
  expect(exitCode).toBe(0)
})

test.each([
  ['--help', ['--help'], 0],
  ["a command's --help", ['run', '--help'], 0],
  ['help', ['help'], 0],
  ['help with a command', ['help', 'run'], 0],
  ['help with a command that does not exist', ['help', 'cake'], 2],
  ['--version', ['--version'], 0],
  ['nothing', [], 2],
  ['what looks at telemetry', ['telemetry', 'schema'], 0],
  ['what a shell asks for', ['completion', 'bash'], 0],
])('%s is not observed', async (_case, argv, exitCode) => {
  const told = await observe(temporaryDirectory(), argv)
  expect(told).toMatchObject({ exitCode, starts: [], ends: [] })
})

describe('the working directory and the env file are known', () => {
  test.each([
    ['before the command', ['-e', 'x.env', 'compile', '-w', 'sub']],
    ['after it', ['compile', '-w', 'sub', '-e', 'x.env']],
    ['when a flag is wrong', ['compile', '--working-dir=sub', '--env-file=x.env', '--nope']],
    ['behind a value that is wrong', ['serve', '--port', 'x', '-w', 'sub', '-e', 'x.env']],
    ['when a value is wrong', ['run', '-w', 'sub', '-e', 'x.env', '--threads', 'many']],
  ])('%s', async (_case, argv) => {
    const cwd = realpathSync(temporaryProject({ 'sub/x.env': 'FROM_FILE=file\nBOTH=file\n' }))
    const { starts } = await observe(cwd, argv)
    expect(starts[0]).toMatchObject({
      workingDirectory: join(cwd, 'sub'),
      envFile: { path: join(cwd, 'sub', 'x.env'), values: { FROM_FILE: 'file', BOTH: 'file' } },
      env: { FROM_FILE: 'file', FROM_PROCESS: 'process', BOTH: 'process' },
    })
  })

  test.each([
    ['', ['compile', '-e', 'a.env', '--env-file', 'b.env']],
    [', also when a flag is wrong', ['compile', '-e', 'a.env', '--env-file', 'b.env', '--nope']],
  ])('no setting of the first of two env files is lost, such as an opt-out%s', async (_case, argv) => {
    const files = { 'a.env': 'DO_NOT_TRACK=1\nBOTH=a\n', 'b.env': 'BOTH=b\n' }
    const { starts } = await observe(temporaryProject(files), argv)
    expect(starts[0]?.envFile.values).toEqual({ DO_NOT_TRACK: '1', BOTH: 'b' })
  })

  test('.env of the working directory is read without being asked for', async () => {
    const { starts } = await observe(temporaryProject({ '.env': 'VISIVO_TELEMETRY_DISABLED=1\n' }), [
      'compile',
    ])
    expect(starts[0]?.envFile.values).toEqual({ VISIVO_TELEMETRY_DISABLED: '1' })
  })

  test('a file that is there and can not be read is told apart from one that is missing', async () => {
    const unreadable = await observe(temporaryProject({ '.env/file': '' }), ['compile', '-e', '.env'])
    expect(unreadable.starts[0]?.envFile.problem).toBe('unreadable')
    expect(unreadable.complaints).toContain("can't be read")
    const environment = await observe(temporaryProject({ '.env/bin/python': '' }), ['compile'])
    expect(environment.starts[0]?.envFile.problem).toBe('missing')
    const missing = await observe(temporaryDirectory(), ['compile'])
    expect(missing.starts[0]?.envFile.problem).toBe('missing')
  })
})
