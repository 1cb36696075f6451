// One of many first runs: `node first-run.mjs <built index.js> <directory> [no-links]`. Waits until its standard
// input ends, so that all of them start together, and prints what it got.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const [built, directory, mode] = process.argv.slice(2)

if (mode === 'no-links') {
  fs.linkSync = () => {
    throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
  }
  syncBuiltinESMExports()
}

const { ensureMachineId } = await import(built)
process.stdout.write('ready\n')
fs.readFileSync(0)
process.stdout.write(JSON.stringify(ensureMachineId({ directory })))
