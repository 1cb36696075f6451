import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Receiver, startReceiver } from '@visivo/telemetry/testing'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../../packages/telemetry/test/processes.ts'

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const HASH_OF_MY_SECRET_PROJECT = 'dd27b0b0a27ccb48'

/** A compiled project in a directory below its own, and a home that nobody used yet. */
async function world(projectFile: string, envFile?: string) {
  const root = mkdtempSync(join(tmpdir(), 'visivo-api-'))
  const receiver = await startReceiver()
  onTestFinished(async () => {
    await receiver.close()
    rmSync(root, { recursive: true, force: true })
  })
  const home = join(root, 'home')
  const output = join(root, 'somewhere', 'else')
  for (const directory of [home, output, join(root, 'project')]) mkdirSync(directory, { recursive: true })
  writeFileSync(join(root, 'project', 'project.visivo.yml'), projectFile)
  if (envFile !== undefined) writeFileSync(join(root, 'project', '.env'), envFile)
  const project = {
    name: 'my-secret-project',
    project_directory: '../../project',
    models: [{ name: 'orders' }],
  }
  writeFileSync(join(output, 'project.json'), JSON.stringify(project))
  return { home, output, receiver }
}

/** What names a PostHog, in an environment or a `.env`. */
function destinationOf({ url }: Receiver) {
  return { VISIVO_POSTHOG_HOST: url, VISIVO_POSTHOG_API_KEY: 'phc_test' }
}

function start(
  home: string,
  output: string,
  receiver: Receiver,
  cwd?: string,
  destination: NodeJS.ProcessEnv = destinationOf(receiver),
) {
  const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home, CI: 'false', ...destination }
  const server = spawn(process.execPath, [PROGRAM, '--directory', output, '--port', '0'], { env, cwd })
  onTestFinished(() => void server.kill('SIGKILL'))
  return server
}

function filesIn(home: string): readonly string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
}

interface ServeOptions {
  readonly cwd?: string | undefined
  /** How many events have arrived before the requests. */
  readonly before?: number
  /** The variables of its environment that name a PostHog. Default: those of the receiver. */
  readonly destination?: NodeJS.ProcessEnv
}

/** Serves, makes the requests, and ends the server as a person would. */
async function serve(
  home: string,
  output: string,
  receiver: Receiver,
  requests: readonly string[],
  { cwd, before = 0, destination }: ServeOptions = {},
) {
  const server = start(home, output, receiver, cwd, destination)
  const [line] = await once(server.stdout, 'data')
  const url = /http:\S+/.exec(String(line))?.[0] ?? ''
  await receiver.received(before)
  // When it has noted that they arrived, what sends is free for what comes.
  if (before > 0) await until('a note', () => filesIn(home).some((name) => name.endsWith('courier.json')))
  for (const path of requests) await fetch(url + path)
  server.kill('SIGTERM')
  return once(server, 'exit')
}

/** A server whose leaving takes its time: what it sends is under way, and nobody answers. */
async function withSomethingToLeave() {
  const { home, output, receiver } = await world('name: my-secret-project\n')
  receiver.misbehave({ instead: 'silence' })
  const server = start(home, output, receiver)
  const [line] = await once(server.stdout, 'data')
  const url = /http:\S+/.exec(String(line))?.[0] ?? ''
  await fetch(`${url}/api/health`)
  await receiver.requested(1)
  return { server, url, exited: once(server, 'exit') }
}

test('a second Ctrl-C, as a script runner passes it on, does not break off the leaving', async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { server, url, exited } = await withSomethingToLeave()
  server.kill('SIGINT')
  // It takes no request any more: the first one was heard.
  while (await fetch(url).catch(() => undefined)) await new Promise((resolve) => setImmediate(resolve))
  server.kill('SIGINT')
  expect(await exited).toEqual([0, null])
})

test('a third Ctrl-C ends it at once, also in the middle of the leaving', async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { server, url, exited } = await withSomethingToLeave()
  // Two that come at once may be heard as one.
  while (server.exitCode === null && server.signalCode === null) {
    server.kill('SIGINT')
    await fetch(url).catch(() => undefined)
  }
  expect(await exited).toEqual([130, null])
})

test('every request that a server answered has arrived by the time it has ended', async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { home, output, receiver } = await world('name: my-secret-project\n')
  const requests = ['/api/health', '/api/models/orders', '/hunter2']
  // With the new installation, what sends is known to have started: at its end a server waits two seconds for all of it.
  expect(await serve(home, output, receiver, requests, { before: 1 })).toEqual([0, null])
  const events = await receiver.received(4)
  expect(
    events.map(({ event, properties }) => [event, properties.endpoint, properties.project_hash]),
  ).toEqual([
    ['new_installation', undefined, undefined],
    ['api_request', '/api/health', HASH_OF_MY_SECRET_PROJECT],
    ['api_request', '/api/models/{name}', HASH_OF_MY_SECRET_PROJECT],
    ['api_request', '<unmatched>', HASH_OF_MY_SECRET_PROJECT],
  ])
  expect(receiver.bodies.join()).not.toMatch(/hunter2|orders|my-secret/)
})

// No process on Windows can be sent a signal that it would hear.
test.skipIf(process.platform === 'win32').each<[where: string, projectFile: string, envFile?: string]>([
  ['its own file', 'name: p\ndefaults: { telemetry_enabled: false }\n'],
  ['its .env file', 'name: p\n', 'DO_NOT_TRACK=1\n'],
])(
  'the opt-out of the project that is served counts, in %s, wherever it was compiled to',
  async (_, projectFile, envFile) => {
    const { home, output, receiver } = await world(projectFile, envFile)
    expect(await serve(home, output, receiver, ['/api/health'])).toEqual([0, null])
    expect([receiver.connections, readdirSync(home)]).toEqual([0, []])
  },
)

test('so does what it said when it was compiled, where nothing but the output is', async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { home, output, receiver } = await world('name: p\n')
  const image = join(home, '..', 'image')
  mkdirSync(image)
  const compiled = { name: 'p', project_directory: '..', defaults: { telemetry_enabled: false } }
  writeFileSync(join(image, 'project.json'), JSON.stringify(compiled))
  expect(await serve(home, image, receiver, ['/api/health'])).toEqual([0, null])
  expect([receiver.connections, readdirSync(home)]).toEqual([0, []])
  expect(await serve(home, output, receiver, ['/api/health'])).toEqual([0, null])
  expect(readdirSync(home)).not.toEqual([])
})

test
  .skipIf(process.platform === 'win32')
  .each<[string, (root: string, output: string) => [string, string?]]>([
    [
      'through a link to its directory',
      (root, output) => {
        symlinkSync(output, join(root, 'link'))
        return [join(root, 'link')]
      },
    ],
    [
      'from a copy, by a server that was started below the project',
      (root, output) => {
        const copy = join(root, 'a', 'copy', 'of')
        cpSync(output, copy, { recursive: true })
        mkdirSync(join(root, 'project', 'models'))
        return [copy, join(root, 'project', 'models')]
      },
    ],
  ])('the opt-out of a project counts where it is served %s', async (_, reach) => {
  const { home, output, receiver } = await world('name: p\ndefaults: { telemetry_enabled: false }\n')
  const [directory, cwd] = reach(join(home, '..'), output)
  expect(await serve(home, directory, receiver, ['/api/health'], { cwd })).toEqual([0, null])
  expect([receiver.connections, readdirSync(home)]).toEqual([0, []])
})

test.skipIf(process.platform === 'win32').each<[string, string, string]>([
  ['in its project', 'project.visivo.yml', 'name: q\ndefaults: { telemetry_enabled: false }\n'],
  ['in its .env', '.env', 'DO_NOT_TRACK=1\n'],
])(
  'an opt-out where a server was started is heard while it serves from elsewhere, %s',
  async (_, file, text) => {
    const { home, output, receiver } = await world('name: p\n')
    const cwd = mkdtempSync(join(home, '..', 'started-'))
    const server = start(home, output, receiver, cwd)
    const [line] = await once(server.stdout, 'data')
    await receiver.received(1)
    writeFileSync(join(cwd, file), text)
    await fetch(`${/http:\S+/.exec(String(line))?.[0]}/api/health`)
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    expect(receiver.events.map(({ event }) => event)).toEqual(['new_installation'])
    expect(filesIn(home).filter((name) => /outbox.+json$/.test(name))).toEqual([])
  },
)

test.skipIf(process.platform === 'win32').each<[string, string, number]>([
  ['is heard', '{ "name": "p", "defaults": { "telemetry_enabled": false } }', 0],
  ['is none while it is only half there', '{ "name": "p", "defaults": { "telemetry_enabled": false', 1],
])(
  'an opt-out in new output, where nothing else of a project is, %s while that is served',
  async (_, text, counted) => {
    const { home, output, receiver } = await world('name: p\n')
    const server = start(home, output, receiver)
    const [line] = await once(server.stdout, 'data')
    await receiver.received(1)
    writeFileSync(join(output, 'project.json'), text)
    await fetch(`${/http:\S+/.exec(String(line))?.[0]}/api/health`)
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    expect(requestsCounted(home, receiver)).toBe(counted)
  },
)

/** Those that arrived and those that wait; one may be both, where nobody could note any more that it arrived. */
function requestsCounted(home: string, { events }: Receiver): number {
  const arrived = events.flatMap(({ event, uuid }) => (event === 'api_request' ? [uuid] : []))
  const waiting = filesIn(home).flatMap((name) => /outbox\W(.{36}).+json$/.exec(name)?.[1] ?? [])
  return new Set([...arrived, ...waiting]).size
}

test('requests count again once newer output takes an opt-out back', async () => {
  const { home, output, receiver } = await world('name: p\n')
  const server = start(home, output, receiver)
  const [line] = await once(server.stdout, 'data')
  const url = `${/http:\S+/.exec(String(line))?.[0]}/api/health`
  const inOutput = (defaults: object) =>
    writeFileSync(join(output, 'project.json'), JSON.stringify({ name: 'p', defaults }))
  inOutput({ telemetry_enabled: false })
  // It is read behind the first answer, and before the last of these.
  for (let times = 0; times < 20; times += 1) await fetch(url)
  inOutput({})
  const again = setInterval(() => void fetch(url).catch(() => {}), 50)
  onTestFinished(() => clearInterval(again))
  expect((await receiver.received(2))[1]).toMatchObject({ event: 'api_request' })
})

test.skipIf(process.platform === 'win32')(
  'a request that is cut off as a server ends counts, though there is new output to be read',
  async () => {
    const { home, output, receiver } = await world('name: p\n')
    mkdirSync(join(output, 'data'))
    const rows = Array.from({ length: 1_000 }, () => ['x'.repeat(20_000)])
    const columns = [{ name: 'a', type: 'VARCHAR' }]
    writeFileSync(join(output, 'data', 'orders.json'), JSON.stringify({ columns, rows }))
    const server = start(home, output, receiver)
    const [line] = await once(server.stdout, 'data')
    await receiver.received(1)
    const request = get(`${/http:\S+/.exec(String(line))?.[0]}/api/models/orders/data?limit=1000`)
    // More than the connection holds, and nobody reads it.
    const [response] = await once(request, 'response')
    response.on('error', () => {})
    // It takes longer to read than those that were cut off take to tell so.
    writeFileSync(join(output, 'project.json'), `{ "name": "p"${' '.repeat(5_000_000)}}`)
    server.kill('SIGTERM')
    expect(await once(server, 'exit')).toEqual([0, null])
    expect(requestsCounted(home, receiver)).toBe(1)
  },
)

test('whoever names a PostHog in a .env alone is told that visivo-api does not send there', async ({
  skip,
}) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const { home, output, receiver } = await world('name: p\n')
  const cwd = join(home, '..', 'project')
  const lines = Object.entries(destinationOf(receiver)).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(cwd, '.env'), lines.join(''))
  expect(await serve(home, output, receiver, ['/api/health'], { cwd, destination: {} })).toEqual([0, null])
  expect([receiver.connections, readdirSync(home)]).toEqual([0, []])
  const [rules, readme] = ['../../../TELEMETRY.md', '../README.md'].map((page) =>
    readFileSync(new URL(page, import.meta.url), 'utf8').replace(/\s+/g, ' '),
  )
  expect(rules).toContain('Of a `.env`, `visivo-api` takes the opt-outs alone')
  expect(readme).toContain('`visivo-api` takes nothing else from a `.env` file')
})
