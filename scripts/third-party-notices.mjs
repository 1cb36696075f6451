// Writes THIRD-PARTY-NOTICES.md of every package whose built files carry the code of another project:
// node scripts/third-party-notices.mjs           writes them, after a build
// node scripts/third-party-notices.mjs --check   fails when one is missing or out of date
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readPackages } from './packages.mjs'

/** A file that the bundler took in: where the package lies that it is from, and whose it is. */
const FOREIGN = /(node_modules\/\.pnpm\/[^/]+\/node_modules)\/((?:@[^/]+\/)?[^/]+)\//
const LICENSE = /(^|[/\\])(licen[cs]e|notice)[^/\\]*$|\.license\.txt$/i
const NOTICES = 'THIRD-PARTY-NOTICES.md'

const check = process.argv.includes('--check')
for (const { directory, manifest } of readPackages()) {
  const libraries = carriedBy(directory)
  const path = join(ROOT, directory, NOTICES)
  const expected = libraries.size > 0 ? render(libraries) : ''
  const found = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (found !== expected && !check && expected) writeFileSync(path, expected)
  else if (found !== expected) complain(directory, `${NOTICES} does not say what its files carry`, libraries)
  if (manifest.files.includes(NOTICES) !== expected.length > 0)
    complain(directory, `its "files" and ${NOTICES} disagree`, libraries)
}

function complain(directory, problem, libraries) {
  console.error(`${directory}: ${problem} (${[...libraries.keys()].join(', ') || 'nothing foreign'})`)
  process.exitCode = 1
}

/** The foreign packages in a package's built files by name, each with the directory it came from. */
function carriedBy(directory) {
  const found = new Map()
  for (const input of inputsOf(directory)) {
    const [, store, name] = FOREIGN.exec(input) ?? []
    if (name) found.set(name, join(ROOT, store, name))
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The files of which something is in a package's built files, by what the bundler wrote down. */
function inputsOf(directory) {
  const path = join(ROOT, directory, 'dist/metafile-esm.json')
  // Only a build that bundles libraries writes one.
  if (!existsSync(path)) return []
  const { outputs } = JSON.parse(readFileSync(path, 'utf8'))
  const taken = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  )
  return [...new Set(taken)]
}

/** Every license text once, below the names of those who share it. */
function render(libraries) {
  const owners = new Map()
  for (const [library, home] of libraries) {
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
    const files = licenseFiles(home)
    if (files.length === 0) throw new Error(`${library} says nothing of its license`)
    for (const file of files) {
      const text = readFileSync(join(home, file), 'utf8').trim()
      const part = file.includes('vendor') ? ` (${file.replaceAll('\\', '/')})` : ''
      owners.set(text, [...(owners.get(text) ?? []), `${library} ${version}${part}`])
    }
  }
  const sections = [...owners].map(([text, who]) => `## ${who.join(', ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`)
  return `# Third-party notices\n\nThe files in \`dist\` carry code of these projects.\n\n${sections.join('\n')}`
}

/** A library's own license, and those of what it took in from others. */
function licenseFiles(home) {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => !name.includes('node_modules') && LICENSE.test(name) && !name.endsWith('.js.LICENSE.txt'),
    )
    .sort()
}
