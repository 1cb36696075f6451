import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tryKill } from '../../../packages/telemetry/test/processes.ts'
import { temporaryDirectory, temporaryProject } from './temp-project.ts'
import { exampleProject, inShell, start, visivo } from './visivo.ts'

const SLOW = `name: slow
sources: [{ name: memory, type: duckdb, database: ':memory:' }]
models:
  - { name: quick, source: ref(memory), sql: select 1 }
  - { name: slow, source: ref(memory), sql: "select count(*) from range(100000000000) a, range(1000) b where a.range % 7 = b.range" }
  - { name: large, source: ref(memory), sql: select * from range(500000000) }
`

// A process on Windows can't be sent a signal that it would hear.
describe.skipIf(process.platform === 'win32')('a run that is stopped', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with exit code %i and leaves whole files only', async (signal, code) => {
    const cwd = temporaryProject({ 'project.visivo.yml': SLOW })
    const running = start(cwd, ['run'])
    await running.said('quick: 1 row')
    running.child.kill(signal)
    const end = await running.ended
    expect(end).toMatchObject({ code, stdout: '' })
    expect(end.stderr).toMatch(/Stopped\.\n$/)
    expect(readdirSync(join(cwd, 'target', 'data'))).toEqual(['quick.json'])
  })

  test('while a seed runs ends the seed too', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, seed.cjs] }] }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`,
      // The seed itself stops the command, which so is in the middle of it.
      'seed.cjs': `require('node:fs').writeFileSync('pid', String(process.pid))
process.kill(process.ppid, 'SIGINT')
setInterval(() => {}, 1000)
`,
    })
    expect(await visivo(cwd, ['run'])).toMatchObject({ code: 130, stderr: 'Stopped.\n' })
    const seed = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
    expect(() => process.kill(seed, 0)).toThrow('ESRCH')
  })

  test('while a seed runs does not wait for what the seed has started, which holds its pipes', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, seed.cjs] }] }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`,
      'seed.cjs': `require('node:child_process').spawn(process.execPath, ['child.cjs', process.ppid], { stdio: 'inherit' })
setInterval(() => {}, 1000)
`,
      'child.cjs': `require('node:fs').writeFileSync('pid', String(process.pid))
process.kill(Number(process.argv[2]), 'SIGINT')
setInterval(() => {}, 1000)
`,
    })
    const holder = () => Number(readFileSync(join(cwd, 'pid'), 'utf8'))
    onTestFinished(() => void tryKill(holder(), 'SIGKILL'))
    const end = await visivo(cwd, ['run'])
    expect(end).toMatchObject({ code: 130, stderr: 'Stopped.\n' })
    expect(() => process.kill(holder(), 0)).not.toThrow()
  })

  test('while a large result is written leaves nothing of it', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': SLOW.replace(/ {2}- \{ name: (quick|slow).*\n/g, '').replace(
        '500000000',
        '8000000',
      ),
    })
    const { child, ended } = start(cwd, ['run'])
    const data = join(cwd, 'target', 'data')
    await expect.poll(() => existsSync(data) && readdirSync(data).length, { interval: 5 }).toBe(1)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130 })
    expect(readdirSync(data)).toEqual([])
  })
})

test.each([
  ['compile', ['compile']],
  ['run', ['run', '--dag-filter', '+my_chart']],
  ['--help', ['--help']],
])('%s into a pipe that nobody reads ends quietly', async (_case, args) => {
  const running = start(exampleProject(), args)
  running.child.stdout?.destroy()
  const { code, stderr } = await running.ended
  expect(code).toBe(0)
  expect(stderr).not.toMatch(/EPIPE|Error/)
})

// No directory on Windows is deleted while a process works in it.
describe.skipIf(process.platform === 'win32')('in a working directory that was deleted', () => {
  const inDeleted = (args: string, env: NodeJS.ProcessEnv = {}) =>
    inShell(`rmdir "$PWD"; visivo ${args}`, env)

  test.each([
    ['compile', 1, 'Error: the working directory does not exist any more. Change to another one,'],
    ['run -w models', 1, 'Error: the working directory does not exist any more.'],
    ['telemetry off --project', 1, 'Error: the working directory does not exist any more.'],
    ['compil', 2, "Error: unknown command 'compil'"],
    ['telemetry', 0, 'the working directory is unknown'],
    ['--help', 0, 'Usage: visivo'],
    ['--version', 0, ''],
    ['completion bash', 0, ''],
  ])('visivo %s ends with %i and says what it has to', async (args, code, says) => {
    const end = await inDeleted(args, { VISIVO_TELEMETRY_DISABLED: '' })
    expect(end.code).toBe(code)
    expect(end.stdout + end.stderr).toContain(says)
    expect(end.stderr).not.toMatch(/uv_cwd|\n\s+at /)
  })

  test('telemetry off works, and so does a project that is named in full', async () => {
    const home = temporaryDirectory()
    expect(await inDeleted('telemetry off', { HOME: home })).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(join(home, '.visivo/config.yml'), 'utf8')).toContain('telemetry_enabled: false')
    const project = temporaryProject({ 'project.visivo.yml': 'name: p\nmodels: []\n' })
    expect(await inDeleted(`compile -w "${project}"`)).toMatchObject({ code: 0, stderr: '' })
  })
})

const DISK_IS_FULL = /^Error: the output can't be written \(ENOSPC: [^\n]*\)\n$/

test.skipIf(!existsSync('/dev/full')).each([
  ['--help', '>/dev/full', 1, DISK_IS_FULL],
  ['completion bash', '>/dev/full', 1, DISK_IS_FULL],
  ['compile', '>/dev/full', 1, /^Error: there is no project/],
  ['compile', '2>/dev/full', 1, /^$/],
])('visivo %s %s, onto a disk that is full, ends with %i and a line', async (args, where, code, says) => {
  const end = await inShell(`visivo ${args} ${where}`)
  expect(end).toMatchObject({ code, stderr: expect.stringMatching(says) })
})

test.skipIf(!existsSync('/dev/full'))(
  'what is ignored in a project, told to a disk that is full, fails no command',
  async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': 'name: p\ncakes: []\n' })
    expect(await inShell(`visivo compile -w "${cwd}" 2>/dev/full`)).toMatchObject({ code: 0 })
  },
)

// A file that may not grow is what a full disk is, for whoever can't mount one.
test.skipIf(process.platform === 'win32')(
  'a seed that fills the disk is told where room is needed',
  async () => {
    const seed = `{ table_name: t, args: [node, -p, "'a'.repeat(1e6)"] }`
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [${seed}] }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`,
    })
    const { code, stderr } = await inShell(`ulimit -f 100; visivo run -w "${cwd}"`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/:2: the seed of table 't' [^\n]* EFBIG: [^\n]* Make room in [^\n]* TMPDIR\.\n$/)
  },
)

const COMPILES = 'name: p\nmodels: []\n'

test.skipIf(!existsSync('/proc/self')).each<[string, string, string[], RegExp]>([
  [
    'the output',
    COMPILES,
    ['compile', '-o', '/proc/x/y'],
    /^Error: the directory \/proc\/x can't be made \(ENOENT: [^,]*\)\. Choose another .* --output-dir\.\n$/,
  ],
  [
    'a database',
    `name: p
sources: [{ name: s, type: duckdb, database: /proc/x/s.db, seeds: [{ table_name: t, args: [node, -v] }] }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`,
    ['run'],
    /^Error: project\.visivo\.yml:2: the directory .* \/proc\/x\/s\.db of 's' can't be made .* `database:`\.\n$/,
  ],
])(
  'where no directory can be made for %s, the command says so at once',
  async (_case, project, args, says) => {
    const end = await visivo(temporaryProject({ 'project.visivo.yml': project }), args)
    expect(end).toMatchObject({ code: 1, stderr: expect.stringMatching(says) })
  },
)

describe('serve', () => {
  test.skipIf(process.platform === 'win32')('runs, serves what it ran, and ends on SIGTERM', async () => {
    const running = start(exampleProject(), ['serve', '--port', '0'])
    const said = await running.said(/Serving on \S+/)
    const url = /Serving on (\S+)/.exec(said)?.[1]
    const answer = await fetch(`${url}/api/project`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ name: 'example-sales' })
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/Stopped\.\n$/) })
  })

  test('leaves the databases of its models to others while it serves', async () => {
    const cwd = temporaryProject({
      'project.visivo.yml': `name: p
sources: [{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, args: [node, -p, "'a\\\\n1'"] }] }]
models: [{ name: m, source: ref(s), sql: from t }]
`,
    })
    await start(cwd, ['serve', '--port', '0']).said('Serving on ')
    expect(await visivo(cwd, ['run', '--output-dir', 'other'])).toMatchObject({ code: 0 })
  })

  test('with the host of a variable that is not set opens nothing to the network', async () => {
    expect(await visivo(temporaryDirectory(), ['serve', '--port', '0', '--host', ''])).toEqual({
      code: 2,
      stdout: '',
      stderr: `Error: option '--host <address>' argument '' is invalid. It must be an address, such as 127.0.0.1.\n`,
    })
  })

  test('warns when other machines can reach it', async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': 'name: p\nmodels: []\n' })
    const running = start(cwd, ['serve', '--port', '0', '--host', '0.0.0.0'])
    await running.said('Serving on ')
    running.child.kill()
    expect((await running.ended).stderr).toContain('Warning: other machines can reach this server')
  })

  test('says that the port is taken before it runs a model', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => {
      other.close()
    })
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const cwd = exampleProject()
    expect(await visivo(cwd, ['serve', '--port', String(port)])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: Port ${port} on 127.0.0.1 is already in use. End the program that uses it, or choose another port with --port (0 takes any free one).\n`,
    })
    expect(existsSync(join(cwd, 'target', 'warehouse.duckdb'))).toBe(false)
  })

  test('says that the host is none of this machine before it runs a model', async () => {
    const cwd = exampleProject()
    // An address for documents, which no machine has.
    expect(await visivo(cwd, ['serve', '--port', '0', '--host', '192.0.2.1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: 192.0.2.1 is not an address of this machine. Choose another with --host.\n',
    })
    expect(existsSync(join(cwd, 'target', 'warehouse.duckdb'))).toBe(false)
  })
})

test.each([
  ['--help', ['--help'], /@duckdb|\/yaml\/|p-limit|cli-progress|fastest-levenshtein/],
  ['compile', ['compile'], /@duckdb|p-limit|cli-progress|hono/],
])('%s does not load what it does not need', async (_case, args, unwanted) => {
  const cwd = exampleProject()
  // Node names every module that it loads, ESM and CommonJS alike.
  const { code, stderr } = await visivo(cwd, args, { NODE_DEBUG: 'module,esm' })
  expect(code).toBe(0)
  expect(stderr).toContain('commander')
  expect(stderr).not.toMatch(unwanted)
})

test.each([
  ['of a project without models says so, without advice about a filter that nobody set', [], /`models:`\.$/m],
  ['whose filter takes no model says how one takes them', ['--dag-filter', 'w'], /A filter \+name takes/],
])('a run %s', async (_case, filter, advice) => {
  const project = "name: p\nsources: [{ name: w, type: duckdb, database: ':memory:' }]\n"
  const { code, stderr } = await visivo(temporaryProject({ 'project.visivo.yml': project }), [
    'run',
    ...filter,
  ])
  expect([code, stderr]).toEqual([0, expect.stringMatching(advice)])
})
