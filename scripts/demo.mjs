// `pnpm demo`: the built `visivo` at work on the example project, and every event exactly as a server got it.
// Everything happens on this machine, in a temporary home that is gone at the end.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startReceiver } from '../packages/telemetry/dist/testing.js'
import { endCouriers } from './rehearsal/consumers.mjs'

const VISIVO = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url))
const EXAMPLE = fileURLToPath(new URL('../examples/sales', import.meta.url))

const WINDOWS = process.platform === 'win32'
const color = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code) => (text) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
const [bold, dim, green, red] = [1, 2, 32, 31].map(paint)
const print = (text = '') => process.stdout.write(`${text}\n`)

const scratch = mkdtempSync(join(tmpdir(), 'visivo-demo-'))
const home = join(scratch, 'home', 'user')
const project = join(scratch, 'sales')
const output = join(home, 'output')
mkdirSync(home, { recursive: true })
cpSync(EXAMPLE, project, { recursive: true, filter: (path) => !path.endsWith('target') })

const receiver = await startReceiver()
const environment = {
  PATH: process.env.PATH,
  SystemRoot: process.env.SystemRoot,
  HOME: home,
  USERPROFILE: home,
  // A person's machine, also where this demo runs in a container.
  CI: 'false',
  VISIVO_POSTHOG_HOST: receiver.url,
  VISIVO_POSTHOG_API_KEY: 'phc_demo',
}
const seen = new Set()
let missing = 0
let running

// Whoever reads along may stop, as `head` does, or press Ctrl-C: the home goes all the same.
process.stdout.on('error', () => {})
process.once('exit', () => {
  running?.kill('SIGKILL')
  endCouriers(home)
  // What was killed a moment ago may still be writing.
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

try {
  print(bold('\nWhat visivo collects, as a server gets it'))
  print(dim('The server listens on this machine; the home directory is a temporary one.\n'))

  await scene({
    title: 'A command',
    args: ['compile', '--output-dir', output],
    promise: 'Command name, sanitized arguments, duration, success, and the count of objects by type.',
    expected: { new_installation: 1, cli_command: 1 },
    check: ({ properties }) =>
      properties.object_counts?.models > 0 && /^[0-9a-f]{16}$/.test(properties.project_hash),
  })
  await scene({
    title: 'The example in TELEMETRY.md, letter for letter',
    args: ['run', '--dag-filter', '+my_chart+', '--threads', '4', '--output-dir', output],
    promise: 'Values become <value> and <path>; the number of jobs is counted.',
    expected: { cli_command: 1 },
    check: ({ properties }) =>
      properties.command === 'run' &&
      JSON.stringify(properties.command_args) ===
        '["--dag-filter","<value>","--threads","<value>","--output-dir","<path>"]' &&
      properties.job_count > 0,
  })
  await scene({
    title: 'A command that fails',
    args: ['run', '--dag-filter', '+no such chart+', '--output-dir', output],
    promise: 'The type of the error, never its message: the name of the chart stays here.',
    expected: { cli_command: 1 },
    check: ({ properties }) => properties.success === false && typeof properties.error_type === 'string',
  })
  await serving()
  await optedOut()
} finally {
  await receiver.close()
}

print(
  missing === 0 ? green('\nEvery expected event arrived.\n') : red(`\n${missing} expectation(s) not met.\n`),
)
process.exitCode = missing === 0 ? 0 : 1

async function scene({ title, args, promise, expected, check }) {
  heading(title, args)
  await run(args)
  await report(promise, expected, check)
}

async function serving() {
  const args = ['serve', '--port', '0', '--dag-filter', '+my_chart+', '--output-dir', output]
  heading('A server and a few requests', args)
  const server = visivo(args)
  const url = await new Promise((resolve, reject) => {
    let text = ''
    server.stdout.on('data', (chunk) => {
      text += chunk
      const [found] = /http:\/\/[\w.:]+/.exec(text) ?? []
      if (found) resolve(found)
    })
    server.once('exit', (code) => reject(new Error(`visivo serve ended with ${code}`)))
  })
  for (const path of [
    '/api/health',
    '/api/models/monthly_revenue/data?limit=5&token=hunter2',
    '/somebody/private',
  ])
    print(dim(`  GET ${path} → ${(await fetch(url + path)).status}`))
  // Asked to end, it has two seconds for what it has not sent, of which a busy machine may need more; on Windows nothing
  // asks, and it is ended.
  await receiver.received(seen.size + 3).catch(() => {})
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  // Its own command is its last word, and may wait.
  await new Promise((resolve) => visivo(['telemetry', 'flush']).once('exit', resolve))
  await report('The router’s template, method, status and duration; an unknown path is <unmatched>.', {
    api_request: 3,
    ...(WINDOWS ? {} : { cli_command: 1 }),
  })
}

async function optedOut() {
  const args = ['compile', '--output-dir', output]
  heading('The same with VISIVO_TELEMETRY_DISABLED=true, in a fresh home', args)
  const fresh = join(scratch, 'home', 'fresh')
  // Where there is none, telemetry is off for that alone.
  mkdirSync(fresh)
  // One of its own: a courier of the scenes before may still be at work with the other.
  const unasked = await startReceiver()
  const off = { VISIVO_POSTHOG_HOST: unasked.url, VISIVO_TELEMETRY_DISABLED: 'true' }
  await run(args, { HOME: fresh, USERPROFILE: fresh, ...off })
  const files = readdirSync(fresh, { recursive: true })
  promised('Off leaves nothing: no connection, no file.')
  expectation(unasked.connections === 0, 'no connection was opened')
  await unasked.close()
  expectation(files.length === 0, `the home holds ${files.length === 0 ? 'no file' : files.join(', ')}`)
}

async function report(promise, expected, check = () => true) {
  promised(promise)
  const total = Object.values(expected).reduce((sum, count) => sum + count, 0)
  const arrived = await receiver.received(seen.size + total).catch(() => receiver.events)
  // What is sent twice has the same uuid, and counts once.
  const events = arrived.filter(({ uuid }) => !seen.has(uuid) && seen.add(uuid))
  for (const event of events) print(indent(JSON.stringify(event, null, 2)))
  for (const [name, count] of Object.entries(expected)) {
    const found = events.filter(({ event }) => event === name)
    expectation(
      found.length === count && (name !== 'cli_command' || found.every(check)),
      `${count} × ${name}`,
    )
  }
}

function heading(title, args) {
  print(`\n${bold(`▸ ${title}`)}`)
  print(
    `  $ visivo ${args.map((arg) => (/\s/.test(arg) ? `'${arg}'` : arg)).join(' ')}`.replaceAll(scratch, ''),
  )
}

function promised(text) {
  print(`  ${bold('promised:')} ${text}`)
}

function expectation(met, text) {
  print(met ? green(`  ✓ ${text}`) : red(`  ✗ ${text}`))
  if (!met) missing += 1
}

function visivo(args, more = {}) {
  running = spawn(process.execPath, [VISIVO, ...args], { cwd: project, env: { ...environment, ...more } })
  return running
}

async function run(args, more) {
  const child = visivo(args, more)
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => print(dim(indent(String(chunk).trimEnd().replaceAll(scratch, '')))))
  await new Promise((resolve) => child.once('close', resolve))
}

function indent(text) {
  return text.replace(/^/gm, '  ')
}
