// Tries the packages, packed and installed by npm, in Bun and Deno, and writes what runs to docs/packages.md:
// node scripts/runtimes.mjs, after a build. Linux on x64, with a network: the binaries are those of npm packages
// (about 100 MB each, which is why they are no dependency). Fails when something runs no longer as it is expected.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startReceiver } from '../packages/telemetry/dist/testing.js'
import { packAll, readPackages, tarballOf } from './packages.mjs'
import { endCouriers, personAt } from './rehearsal/consumers.mjs'
import { run } from './rehearsal/run.mjs'
import { LEAVES } from './runtimes/leaves.mjs'
import { renderTable, writeSection } from './section.mjs'

const PROGRAMS = fileURLToPath(new URL('./runtimes/', import.meta.url))
const BUN = 'node_modules/@oven/bun-linux-x64/bin/bun'
const DENO = 'node_modules/@deno/linux-x64-glibc/deno'
/** How each is told to run a file, and to make one executable of it; Deno fetches more for that than npm has. */
const RUNTIMES = {
  Node: { run: [process.execPath] },
  Bun: { run: [BUN], compile: [BUN, 'build', '--compile', '--outfile'] },
  Deno: { run: [DENO, 'run', '-A'] },
}
const INSTALL = ['install', '--no-audit', '--no-fund', '--ignore-scripts']
const OTHERS = ['@oven/bun-linux-x64@1', '@deno/linux-x64-glibc@2', 'hono@4', '@hono/node-server@2']

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'runtimes-')))
const homes = []
const receiver = await startReceiver()
try {
  await installEverything()
  const rows = []
  for (const [what, trial] of Object.entries(trials())) {
    const cells = []
    for (const [name, runtime] of Object.entries(RUNTIMES)) cells.push(await attempt(trial, name, runtime))
    rows.push([what, ...cells])
  }
  const table = renderTable(['', ...(await versions())], rows, '---')
  writeSection('docs/packages.md', 'runtimes', table)
  console.log(table)
} finally {
  for (const home of homes) endCouriers(home)
  await receiver.close()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
}

async function installEverything() {
  packAll(scratch)
  const tarballs = readPackages()
    .filter(({ directory }) => directory.startsWith('packages/'))
    .map(({ manifest }) => `./${tarballOf(manifest)}`)
  writeFileSync(join(scratch, 'package.json'), '{"private":true,"type":"module"}')
  await run('npm', [...INSTALL, ...OTHERS, ...tarballs], { cwd: scratch })
  for (const file of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, file), join(scratch, file))
}

/** What is tried, by the words for it. A trial gives a word for what happened, or throws. */
function trials() {
  const leaves = Object.keys(LEAVES).map((name) => [
    `\`@visivo/${name}\``,
    async ({ run: words }) => {
      await start([...words, 'leaf.mjs', name])
      return 'works'
    },
  ])
  return {
    ...Object.fromEntries(leaves),
    'a command, sent by a courier': async ({ run: words }) => {
      await start([...words, 'command.mjs'])
      return arrived(['new_installation', 'cli_command'])
    },
    'in CI, where the command waits': async ({ run: words }) => {
      await start([...words, 'command.mjs'], { CI: 'true' })
      if (receiver.events.length !== 1) throw new Error('it did not wait')
      return 'works'
    },
    'a server, with its worker thread': async ({ run: words }) => {
      await start([...words, 'server.mjs'])
      return arrived(['new_installation', 'api_request'])
    },
    'a command in one executable': async ({ compile }) => {
      if (!compile) return 'untried'
      const [compiler, ...options] = compile
      await run(compiler, [...options, 'cake', 'command.mjs'], { cwd: scratch })
      const { home, said } = await start(['./cake'])
      if (said !== 'nothing is sent from here\n') throw new Error(`it says ${said}`)
      if (waitsIn(home) !== 2) throw new Error('its events do not wait')
      return 'events wait'
    },
  }
}

async function attempt(trial, name, runtime) {
  receiver.clear()
  try {
    return await trial(runtime)
  } catch (error) {
    console.error(`${name}: ${error.message}`)
    process.exitCode = 1
    return 'fails'
  }
}

/** Runs a program in a fresh home to its end, and gives the home and what it printed. */
async function start([program, ...args], more = {}) {
  const home = join(scratch, `home-${homes.length}`)
  mkdirSync(home)
  homes.push(home)
  const env = { ...personAt(home, receiver), DENO_NO_UPDATE_CHECK: '1', ...more }
  const said = await run(program, args, { cwd: scratch, env, timeout: 60_000 })
  return { home, said }
}

async function arrived(names) {
  const events = await receiver.received(names.length)
  const found = events.map(({ event }) => event)
  if (found.join() !== names.join()) throw new Error(`there arrived ${found}`)
  return 'works'
}

function waitsIn(home) {
  return readdirSync(home, { recursive: true }).filter((file) => /outbox[\\/][^.].*\.json$/.test(file)).length
}

async function versions() {
  const numberOf = async (program) => {
    const [number] = /[\d.]+/.exec(await run(program, ['--version'], { cwd: scratch })) ?? []
    return number
  }
  return [`Node ${process.versions.node}`, `Bun ${await numberOf(BUN)}`, `Deno ${await numberOf(DENO)}`]
}
