// `pnpm test` runs every step; `pnpm build` and the like run the named ones: node scripts/check.mjs build
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

/** One stage after the other; the steps of one have nothing in common, and run side by side. */
const STAGES = [
  { lint: ['biome', 'ci', '.'] },
  {
    types: ['tsc', '-p', 'tsconfig.json'],
    build: ['turbo', 'run', 'build', '--output-logs=errors-only'],
  },
  { tests: ['vitest', 'run'] },
]

// The build tool has telemetry of its own; here nothing leaves the machine.
const QUIET = { build: { TURBO_TELEMETRY_DISABLED: '1' } }

const asked = process.argv.slice(2)
for (const stage of STAGES) {
  const steps = Object.entries(stage).filter(([name]) => asked.length === 0 || asked.includes(name))
  const passed = await Promise.all(steps.map(run))
  if (passed.includes(false)) process.exit(1)
}

async function run([name, [program, ...args]]) {
  const start = performance.now()
  console.log(`\n▸ ${name}`)
  const step = spawn(program, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...QUIET[name] },
  })
  const status = await new Promise((resolve, reject) => step.once('error', reject).once('close', resolve))
  if (status === 0) console.log(`✓ ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`)
  else console.error(`✗ ${name} failed`)
  return status === 0
}
