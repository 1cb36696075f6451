// `pnpm bench`: what telemetry costs, side by side with what it could cost, written to docs/benchmarks.md.
// `--short` runs everything once, to see that it runs, and writes nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { timeCi } from './ci.mjs'
import { commandVariants, endCouriers, timeVariants } from './commands.mjs'
import { courierCpu } from './courier.mjs'
import { figuresOf } from './figures.mjs'
import { runLoop } from './loop.mjs'
import { endChildren } from './processes.mjs'
import { renderChart, renderReport } from './report.mjs'
import { endServers, FRAMEWORKS, loadServers } from './servers.mjs'
import { timeSlowClients } from './slow-clients.mjs'
import { startStandIns } from './stand-ins.mjs'

const DOCS = fileURLToPath(new URL('../docs', import.meta.url))
const ALL = ['healthy', 'slow', 'hanging', 'refused', 'DNS silent']
const isShort = process.argv.includes('--short')
const size = isShort
  ? {
      commands: { rounds: 1, seconds: 0 },
      ci: { rounds: 1, seconds: 0 },
      loop: 5,
      couriers: 1,
      load: { rounds: 1, seconds: 0, slices: 2, milliseconds: 50 },
    }
  : {
      commands: { rounds: 120, seconds: 720 },
      ci: { rounds: 20, seconds: 60 },
      loop: 1_000,
      couriers: 7,
      // A minute on each port, as far as the machine is quick enough.
      load: { rounds: 60, seconds: 840, slices: 20, milliseconds: 50 },
    }

const scratch = mkdtempSync(join(tmpdir(), 'visivo-bench-'))
process.once('SIGINT', () => void end().then(() => process.exit(130)))
try {
  const { raw, missing } = await measure()
  const figures = figuresOf(raw)
  const date = new Date().toISOString().slice(0, 10)
  const settings = {
    date,
    rounds: raw.commands.imports.nothing.length,
    load: { ...size.load, rounds: raw.servers.http.none.rounds.length },
    missing,
  }
  const report = renderReport(figures, settings)
  const chart = renderChart(figures)
  process.stdout.write(`${report}\n`)
  if (!isShort) {
    mkdirSync(DOCS, { recursive: true })
    writeFileSync(join(DOCS, 'benchmarks.md'), `${report}\n`)
    writeFileSync(join(DOCS, 'benchmarks.svg'), chart)
  }
  process.exitCode = allArrived(raw) ? 0 : 1
} finally {
  await end()
}

async function measure() {
  const { all: standIns, close } = await startStandIns(scratch)
  const commands = await stage('commands', (progress) =>
    timeVariants(commandVariants(scratch, standIns), size.commands, progress),
  )
  await endCouriers()
  // Seconds are not needed to see that it runs.
  const slow = isShort
    ? {}
    : await stage('other clients', (progress) => timeSlowClients(scratch, standIns, progress))
  const ci = await stage('commands in CI', (progress) => timeCi(scratch, standIns, size.ci, progress))
  const loop = await stage('a loop of commands', (progress) =>
    runLoop(scratch, standIns, size.loop, progress),
  )
  await endCouriers()
  const courier = await stage('the courier', (progress) =>
    courierCpu(scratch, standIns, size.couriers, progress),
  )
  const servers = {}
  for (const framework of FRAMEWORKS)
    servers[framework] = await stage(`servers, ${framework}`, (progress) =>
      loadServers(scratch, framework, size.load, progress),
    )
  await close()
  const raw = { commands, slow, standIns: Object.keys(standIns), ci, loop, courier, servers }
  return { raw, missing: ALL.filter((name) => !(name in standIns)) }
}

/** Runs a part of the work; on a terminal its progress stays on one line. */
async function stage(name, work) {
  const { stderr } = process
  const start = performance.now()
  const show = (text) => stderr.isTTY && stderr.write(`\r\u001b[K${text}`)
  show(`▸ ${name}`)
  const answer = await work((text) => show(`▸ ${name}: ${text}`))
  show('')
  stderr.write(`✓ ${name}, ${((performance.now() - start) / 1_000).toFixed(1)} s\n`)
  return answer
}

function allArrived({ loop, servers }) {
  const runs = Object.values(servers).flatMap((byPostHog) => Object.values(byPostHog))
  const isComplete = runs.every(({ isFollowed, served, arrived }) => !isFollowed || served === arrived)
  if (loop.distinct === loop.commands && isComplete) return true
  process.stderr.write('✗ not all that was recorded arrived\n')
  return false
}

async function end() {
  endChildren()
  endServers()
  await endCouriers()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
}
