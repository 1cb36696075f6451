// Publishes every package whose version the registry does not have yet: node scripts/release.mjs
// The release workflow runs it after a build, and scripts/rehearse-release.mjs against a registry of its own.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readPackages, withPnpm } from './packages.mjs'

const workspace = process.cwd()
const problems = readPackages(workspace).flatMap(({ directory, manifest }) => [
  ...(manifest.version === '0.0.0' ? [`${manifest.name} has no version yet: run \`changeset version\``] : []),
  ...filesOf(manifest)
    .filter((file) => !existsSync(join(workspace, directory, file)))
    .map((file) => `${manifest.name}: ${file} is not built`),
])
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}

const changeset = createRequire(import.meta.url).resolve('@changesets/cli/bin.js')
const { status } = spawnSync(process.execPath, [changeset, 'publish', ...process.argv.slice(2)], {
  cwd: workspace,
  stdio: 'inherit',
  env: withPnpm(),
})
process.exit(status ?? 1)

/** The built files that a manifest names. */
function filesOf({ exports, bin = {} }) {
  const exported = Object.values(exports).flatMap((target) =>
    typeof target === 'object' ? [target.types, target.default] : [],
  )
  return [...exported, ...Object.values(bin)]
}
