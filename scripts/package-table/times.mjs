// How long imports of the packages take.
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { timeVariants } from '../../bench/commands.mjs'
import { median, pairedDifference, pairedRatio } from '../../bench/statistics.mjs'
import { renderTable } from '../section.mjs'
import { importsOf } from './sizes.mjs'

const EFFORT = { rounds: 60, seconds: 900 }
const BARE = 'a bare process'
const AGAIN = 'a bare process again'
const FIRST_CALL = '`@visivo/telemetry` and its first call'

/** @param root where `installAll` put the packages */
export async function measureTimes(root) {
  const programs = {
    [BARE]: '',
    [AGAIN]: '',
    ...Object.fromEntries(importsOf().map((name) => [`\`${name}\``, `import '${name}'\n`])),
    [FIRST_CALL]: `import { createTelemetry } from '@visivo/telemetry'\ncreateTelemetry({ version: '1.0.0' })\n`,
  }
  const { imports: times } = await timeVariants({ imports: variantsOf(root, programs) }, EFFORT, () => {})
  const rows = Object.entries(times)
    .filter(([name]) => name !== BARE)
    .map(([name, took]) => {
      const more = pairedDifference(took, times[BARE])
      const quartiles = `${more.low.toFixed(1)} … ${more.high.toFixed(1)}`
      return [
        name,
        `${more.median.toFixed(1)} ms`,
        quartiles,
        pairedRatio(took, times[BARE]).median.toFixed(2),
      ]
    })
  const table = renderTable(['import', 'more than a bare process', 'quartiles', 'times a bare process'], rows)
  return `${sayHow(times[BARE])}\n\n${table}`
}

function variantsOf(root, programs) {
  const directory = join(root, 'programs')
  mkdirSync(directory)
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot }
  const entries = Object.entries(programs).map(([name, text], index) => {
    const file = join(directory, `${index}.mjs`)
    writeFileSync(file, text)
    return [name, { file, env }]
  })
  return Object.fromEntries(entries)
}

function sayHow(bare) {
  const [{ model }] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  return `Measured on ${day} with Node ${process.versions.node} on ${process.platform}, ${cpus().length} cores (${model}).
Every import in a process of its own, ${bare.length} rounds, in each round all of them in an order by chance: the middle of the
differences and ratios within a round. A bare process took ${median(bare).toFixed(1)} ms; how far a second one is from it says how
much of a figure is noise.`
}
