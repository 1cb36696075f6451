import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { courierPids } from '../packages/telemetry/src/courier-lock.ts'
import { placesOf } from '../packages/telemetry/src/places.ts'
import { tryKill, until } from '../packages/telemetry/test/processes.ts'
import { visivo } from '../packages/telemetry-config/src/index.ts'
import {
  filesBelow,
  type Program,
  type Said,
  type Surroundings,
  startProgram,
  visibleOf,
} from './canary/program.ts'
import { writeProject } from './canary/project.ts'
import { recordReceiver } from './canary/recorder.ts'
import { findSecrets, makeSecrets } from './canary/secrets.ts'

const KEY = 'phc_canary'
/** Nobody listens there: what is recorded for it stays in the outbox. */
const NOWHERE = 'http://127.0.0.1:9'
const OFF = { VISIVO_TELEMETRY_DISABLED: '1' }
/** Starting some thirty programs takes its time on a busy machine. */
const PATIENCE = 300_000

/** A machine full of secrets, with a receiver that hears every byte. */
async function setTheScene() {
  const secret = makeSecrets()
  const root = mkdtempSync(join(tmpdir(), 'canary-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const wire = await recordReceiver()
  const { home, cwd } = { home: join(root, secret.home), cwd: join(root, secret.cwd) }
  mkdirSync(cwd)
  writeProject(cwd, secret)
  const names = Object.fromEntries(
    ['USER', 'LOGNAME', 'USERNAME', 'SUDO_USER', 'GIT_AUTHOR_NAME', 'EMAIL'].map((name) => [
      name,
      secret.user,
    ]),
  )
  const place: Surroundings = {
    home,
    cwd,
    hostname: secret.host,
    env: {
      ...names,
      [secret.envName]: secret.envValue,
      HOSTNAME: secret.host,
      COMPUTERNAME: secret.host,
      AWS_SECRET_ACCESS_KEY: secret.envValue,
      VISIVO_POSTHOG_HOST: wire.url,
      VISIVO_POSTHOG_API_KEY: KEY,
    },
  }
  const seen: { argv: string; environment: string }[] = []
  const destinations = [wire.url, NOWHERE].map(
    (host) => placesOf(visivo, home, { host, apiKey: KEY }).destination,
  )
  const couriers = () => destinations.flatMap((directory) => courierPids(directory))
  const look = () => seen.push(...couriers().flatMap((pid) => visibleOf(pid) ?? []))
  onTestFinished(() => {
    for (const pid of couriers()) tryKill(pid, 'SIGKILL')
  })
  const start = (app: 'cli' | 'api', args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const program = startProgram(app, args, { ...place, env: { ...place.env, ...env } })
    onTestFinished(() => void program.child.kill('SIGKILL'))
    return program
  }
  const expectNoSecret = () => {
    const { home: _, ...others } = secret
    expect(findSecrets(wire.bytes(), secret)).toEqual([])
    for (const body of wire.receiver.bodies) expect(findSecrets(body, secret)).toEqual([])
    for (const [path, bytes] of filesBelow(join(home, '.visivo')))
      expect([...findSecrets(path, secret), ...findSecrets(bytes, secret)], path).toEqual([])
    for (const { argv, environment } of seen) {
      expect(findSecrets(argv, secret)).toEqual([])
      // The courier has to know whose home the outbox lies in.
      expect(findSecrets(environment, others)).toEqual([])
      expect(environment).not.toMatch(/NODE_OPTIONS|(^|\0)(POSTHOG_|USER|LOGNAME|HOME)/)
    }
    if (process.platform === 'linux') expect(seen.length).toBeGreaterThan(0)
  }
  return { secret, place, wire, start, look, expectNoSecret }
}

type Scene = Awaited<ReturnType<typeof setTheScene>>
type Command = readonly [says: string, args: readonly string[], code: number, hook?: string]

function commandsOf({ secret }: Scene): readonly Command[] {
  const { filter, model, source } = secret
  return [
    [
      'a command that works',
      ['--env-file', `${secret.envFile}.env`, 'compile', '-o', `./${secret.outputDir}`],
      0,
    ],
    ['a run that works', ['run', '--dag-filter', `+${model}+`, '--threads', '4', `--source=${source}`], 0],
    ['a glued value', ['run', `-o${secret.cluster}`, '--dag-filter', model], 0],
    ['a mistyped command', [secret.command, secret.positional], 2],
    ['a word too many', ['compile', secret.positional], 2],
    ['a mistyped flag and a value', ['run', `--${secret.flag}`, secret.flagValue], 2],
    ['a mistyped flag with its value', ['run', `--${secret.flag}=${secret.flagGlued}`], 2],
    ['a flag that is sensitive', ['run', '--api-key', secret.apiKey], 2],
    ['short flags', ['run', `-${secret.short}`], 2],
    ['a number that is none', ['run', '--threads', secret.number], 2],
    ['a literal word', ['compile', '--', secret.literal], 2],
    ['an object that is not there', ['--verbose', 'run', '--dag-filter', filter], 1],
    ['a broken query', ['run', '--dag-filter', 'broken'], 1],
    ['a variable that is not set', ['run', '--dag-filter', 'needy'], 1],
    ['a broken project', ['compile', '--working-dir', secret.broken], 1],
    ['nothing compiled', ['run', '--skip-compile', '--output-dir', secret.outputDir + secret.filter], 1],
    ['a crash', ['run', '--dag-filter', 'slow'], 1, `${secret.hook}.cjs`],
    ['a text that is thrown', ['run', '--dag-filter', 'slow'], 1, `${secret.hook}-text.cjs`],
    ['a promise that nobody awaits', ['run', '--dag-filter', 'slow'], 1, `${secret.hook}-promise.cjs`],
  ]
}

test('nothing that a person types, names, writes or owns leaves a command', {
  timeout: PATIENCE,
}, async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const scene = await setTheScene()
  const { secret, wire, start, look, expectNoSecret } = scene
  const commands = commandsOf(scene)
  for (const [says, args, code, hook] of commands) {
    const env: Record<string, string> = hook ? { NODE_OPTIONS: `--require ./${hook}` } : {}
    const on = await start('cli', args, env).ended
    look()
    expect(on.code, `${says}: ${on.stderr}`).toBe(code)
    // What a person sees is the same without telemetry.
    if (args.length > 3 || hook)
      expect(told(await start('cli', args, { ...env, ...OFF }).ended), says).toEqual(told(on))
  }
  const stopped = start('cli', ['run', '--dag-filter', `${secret.model},slow`])
  await stopped.said(/1 row/)
  stopped.child.kill('SIGINT')
  expect((await stopped.ended).code).toBe(130)

  const events = await wire.receiver.received(commands.length + 2, 60_000)
  look()
  const types = new Set(events.map(({ properties }) => properties.error_type ?? 'none'))
  expect([...types].sort()).toEqual(
    ['none', 'Error', 'TypeError', 'RangeError', 'UsageError', 'UnknownReferenceError', 'QueryError']
      .concat('MissingVariableError', 'ProjectParseError', 'NotCompiledError', 'Interrupted')
      .sort(),
  )
  await start('cli', ['run', `--${secret.flag}=${secret.flagGlued}`], { VISIVO_POSTHOG_HOST: NOWHERE }).ended
  await start('cli', ['compile'], { VISIVO_POSTHOG_HOST: NOWHERE }).ended
  const waiting = () =>
    filesBelow(join(scene.place.home, '.visivo')).filter(([path]) => path.includes('outbox'))
  // What arrived lies there until the courier has heard so.
  await until('two events that wait', () => waiting().length === 2)
  // What a person is shown of it holds no more.
  for (const args of [
    ['run', '--api-key', secret.apiKey, secret.positional],
    ['telemetry', 'show'],
    ['telemetry', 'log'],
  ]) {
    const { stdout, stderr } = await start('cli', args, { VISIVO_TELEMETRY_DEBUG: '1' }).ended
    expect(stdout + stderr).toContain('cli_command')
    expect(findSecrets(stdout + stderr, secret), args.join()).toEqual([])
  }
  expectNoSecret()
})

test('nothing that a client sends leaves a server', { timeout: PATIENCE }, async ({ skip }) => {
  skip(process.platform === 'win32', 'no process there can be sent a signal that it would hear')
  const scene = await setTheScene()
  const { secret, wire, start, look, expectNoSecret } = scene
  const served = start('cli', ['serve', '--port', '0', '--dag-filter', secret.model])
  const questions = await askEverything(served, secret)
  expect((await served.ended).code).toBe(0)
  // A server has two seconds for its last requests; what a busy machine does not send in them waits for a command.
  await start('cli', ['compile']).ended
  await wire.receiver.received(questions + 3, 60_000)
  look()
  const alone = start('api', ['--port', '0'])
  await askEverything(alone, secret)
  expect((await alone.ended).code).toBe(0)
  await start('cli', ['telemetry', 'flush']).ended
  const events = await wire.receiver.received(2 * questions + 3, 60_000)
  const asked = events.filter(({ event }) => event === 'api_request').map(({ properties }) => properties)
  expect(new Set(asked.map(({ endpoint }) => endpoint))).toEqual(
    new Set([
      '/api/models/{name}',
      '/api/models/{name}/data',
      '/api/project',
      '<unmatched>',
      '/',
      '/api/dashboards/{name}',
    ]),
  )
  expectNoSecret()
})

/** What a command told its person, but for the time it took. */
function told({ code, stdout, stderr }: Said) {
  const timeless = (text: string) => text.replaceAll(/\d+(\.\d+)? ?m?s\b/g, 'so long')
  return { code, stdout: timeless(stdout), stderr: timeless(stderr) }
}

/** Asks a server with secrets in every part of a request, ends it, and gives the number of requests. */
async function askEverything(server: Program, secret: Scene['secret']): Promise<number> {
  const [, url = ''] = /(http:\/\/[\w.:]+)/.exec(await server.said(/http:\/\/[\w.:]+/)) ?? []
  const headers = {
    cookie: `session=${secret.cookie}`,
    'user-agent': secret.agent,
    referer: `http://${secret.referer}/`,
    'x-forwarded-for': secret.header,
    authorization: `Bearer ${secret.header}`,
  }
  const asks: readonly (readonly [method: string, path: string, headers?: Record<string, string>])[] = [
    ['GET', `/api/models/${secret.model}?${secret.query}=${secret.query}`],
    ['HEAD', `/api/models/${secret.urlModel}/data?limit=1&token=${secret.query}`],
    ['GET', `/${secret.urlPath}/${secret.urlPath}.php`],
    ['GET', `/api/${secret.urlPath}`],
    ['GET', `/api/models/${encodeURIComponent(`../${secret.urlModel}`)}`],
    ['GET', `/api/dashboards/${secret.dashboard}`],
    ['POST', '/api/project'],
    ['PROPFIND', '/'],
    ['GET', '/', { host: `${secret.hostHeader}.example` }],
    [
      'GET',
      '/api/project',
      { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': secret.header },
    ],
  ]
  for (const [method, path, more = {}] of asks)
    await ask(url + path, method, { ...headers, ...more }, secret.body)
  // Node itself turns these away: no program ever hears of them.
  await ask(`${url}/`, secret.method.toUpperCase(), headers, '').catch(() => undefined)
  server.child.kill('SIGTERM')
  return asks.length
}

function ask(url: string, method: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(['GET', 'HEAD'].includes(method) ? '' : body)
  })
}
