// How large the packages are, and what an import of one loads.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPackages, tarballOf } from '../packages.mjs'
import { renderTable } from '../section.mjs'

/** Every way to import one of the packages, such as `@visivo/telemetry/server`. */
export function importsOf() {
  return readPackages().flatMap(({ manifest }) =>
    Object.entries(manifest.exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([path]) => manifest.name + path.slice(1)),
  )
}

/** @param root where `installAll` put them */
export function measurePackages(root) {
  const rows = readPackages().map(({ manifest }) => {
    const needs = Object.keys(manifest.dependencies ?? {})
    const own = needs.filter((name) => name.startsWith('@visivo/'))
    return [
      `\`${manifest.name}\``,
      kilobytes(statSync(join(root, tarballOf(manifest))).size),
      kilobytes(sizeOf(join(root, 'node_modules', manifest.name))),
      own.length,
      needs.length - own.length,
    ]
  })
  return renderTable(['package', 'tarball', 'unpacked', 'needs of these', "of others'"], rows)
}

/** @param root where `installAll` put them */
export function measureImports(root) {
  const rows = importsOf().map((name) => {
    const files = loadedBy(root, name)
    const own = files.filter((file) => file.startsWith(join(root, 'node_modules') + sep))
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
    return [`\`${name}\``, own.length, files.length - own.length, kilobytes(bytes)]
  })
  return renderTable(['import', 'files', "files of others'", 'all of them'], rows)
}

/** The files of packages that a process loads when it imports one, by what V8 says it saw. */
function loadedBy(root, name) {
  const coverage = mkdtempSync(join(root, 'coverage-'))
  execFileSync(process.execPath, ['--input-type=module', '--eval', `import '${name}'`], {
    cwd: root,
    env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, NODE_V8_COVERAGE: coverage },
  })
  return readdirSync(coverage)
    .flatMap((file) => JSON.parse(readFileSync(join(coverage, file), 'utf8')).result)
    .filter(({ url }) => url.startsWith('file:') && url.includes('/node_modules/'))
    .map(({ url }) => fileURLToPath(url))
}

function sizeOf(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

function kilobytes(bytes) {
  return `${(bytes / 1_000).toFixed(1)} kB`
}
