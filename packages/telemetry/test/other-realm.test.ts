import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { placesOf } from '../src/places.ts'
import { isWithoutCourier, run, until } from './processes.ts'
import { temporaryDirectory } from './samples.ts'
import { fixture } from './scene.ts'

/** As Jest runs a file: its globals are a context's own, `Error` among them, and Node's errors are of another. */
const RUN_BY_JEST = `
  import { readFileSync } from 'node:fs'
  import { createRequire } from 'node:module'
  import { dirname } from 'node:path'
  import vm from 'node:vm'
  const file = createRequire(process.cwd() + '/').resolve('@visivo/telemetry').replace('on-demand.js', 'index.cjs')
  const context = vm.createContext({ process, Buffer, URL, TextEncoder, performance })
  for (let times = 0; times < 3; times += 1) {
    const module = { exports: {} }
    const make = vm.runInContext('(function (module, exports, require, __filename, __dirname) {' + readFileSync(file, 'utf8') + '})', context)
    make(module, module.exports, createRequire(file), file, dirname(file))
    const { createTelemetry, followCommand } = module.exports
    followCommand(createTelemetry({ version: '1.2.3' }), [], { name: 'tool' }).ended({})
  }
`

test('a test runner whose Error is another than that of Node does not make an author a new person each time', async () => {
  const home = temporaryDirectory()
  const nowhere = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  // It would write there while it is removed.
  onTestFinished(() =>
    until('the end of the courier', () => isWithoutCourier(placesOf(visivo, home, nowhere))),
  )
  mkdirSync(join(home, '.visivo'))
  const seen = await run([process.execPath, '--input-type=module', '-e', RUN_BY_JEST], {
    cwd: dirname(fixture('command.mjs')),
    env: {
      HOME: home,
      USERPROFILE: home,
      CI: 'false',
      VISIVO_POSTHOG_HOST: nowhere.host,
      VISIVO_POSTHOG_API_KEY: nowhere.apiKey,
    },
  })
  expect(seen).toMatchObject({ code: 0, stderr: '' })
  const ids = readdirSync(join(home, '.visivo'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json') && file.includes('outbox'))
    .map((file) => JSON.parse(readFileSync(join(home, '.visivo', file), 'utf8')).distinct_id)
  // Three commands, and the one installation.
  expect(ids).toHaveLength(4)
  expect(new Set(ids)).toEqual(new Set([readFileSync(join(home, '.visivo', 'machine_id'), 'utf8')]))
})
