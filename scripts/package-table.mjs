// Writes the tables of docs/packages.md, after a build:
// node scripts/package-table.mjs           sizes, and how long imports take: some minutes, on a quiet machine
// node scripts/package-table.mjs --sizes   the sizes alone
// node scripts/package-table.mjs --check   fails when a size is no longer what the page says
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureImports, measurePackages } from './package-table/sizes.mjs'
import { measureTimes } from './package-table/times.mjs'
import { installAll } from './packages.mjs'
import { readSection, writeSection } from './section.mjs'

const PAGE = 'docs/packages.md'
/** Two compressors differ by this share, and a table by this many kB in what it rounds. */
const TOLERANCE = { share: 0.02, kilobytes: 0.1 }

const root = realpathSync(mkdtempSync(join(tmpdir(), 'package-table-')))
try {
  installAll(root)
  const sizes = { packages: measurePackages(root), imports: measureImports(root) }
  for (const [name, table] of Object.entries(sizes))
    if (process.argv.includes('--check')) check(name, table)
    else writeSection(PAGE, name, table)
  if (process.argv.length === 2) writeSection(PAGE, 'times', await measureTimes(root))
} finally {
  rmSync(root, { recursive: true, force: true })
}

function check(name, table) {
  const [said, found] = [readSection(PAGE, name), table].map((text) => text.split('\n'))
  const wrong = found.filter((line, row) => !agree(said[row] ?? '', line))
  if (wrong.length === 0 && said.length === found.length) return
  console.error(`${PAGE} says otherwise; node scripts/package-table.mjs --sizes corrects it:`)
  console.error(wrong.join('\n'))
  process.exitCode = 1
}

/** Whether two rows say the same, but for sizes that differ by a little. */
function agree(said, found) {
  const [these, those] = [said, found].map((line) => line.split('|').map((cell) => cell.trim()))
  return those.every((cell, column) => cell === these[column] || areClose(these[column], cell))
}

function areClose(one = '', other = '') {
  const [a, b] = [one, other].map((cell) => (cell.endsWith(' kB') ? Number.parseFloat(cell) : Number.NaN))
  return Math.abs(a - b) - Math.max(TOLERANCE.kilobytes, TOLERANCE.share * a) < 0.001
}
