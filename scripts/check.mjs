// `pnpm test` runs every step; `pnpm build` and the like run the named ones: node scripts/check.mjs build
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const STEPS = {
  lint: ['biome', 'ci', '.'],
  types: ['tsc', '-p', 'tsconfig.json'],
  build: ['turbo', 'run', 'build', '--output-logs=errors-only'],
  tests: ['vitest', 'run'],
}

// The build tool has telemetry of its own; here nothing leaves the machine.
const QUIET = { build: { TURBO_TELEMETRY_DISABLED: '1' } }

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(STEPS, name))
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}, only ${Object.keys(STEPS).join(', ')}.`)
  console.error('The tests of one package or file: npx -y pnpm@12 exec vitest run <path>')
  process.exit(1)
}
for (const [name, [program, ...args]] of Object.entries(STEPS)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const start = performance.now()
  console.log(`\n▸ ${name}`)
  const { status } = spawnSync(program, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...QUIET[name] },
  })
  if (status !== 0) {
    console.error(`✗ ${name} failed`)
    process.exit(1)
  }
  console.log(`✓ ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`)
}
