import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { placesOf } from '../src/places.ts'
import { courierFile, environmentFor } from '../src/start-courier.ts'
import { isWithoutCourier, run, until } from './processes.ts'
import { temporaryDirectory } from './samples.ts'

/** A descriptor that Node hands on: to those below 16 it does not. */
const HANDED_ON = 20

/** Tells whether that is still open when TLS is loaded. */
const WATCH = `
import { fstatSync } from 'node:fs'
const { getBuiltinModule } = process
const handedOn = fstatSync(${HANDED_ON}).ino
process.getBuiltinModule = (name) => {
  if (name === 'node:https') process.stdout.write(isOpen() ? 'open' : 'closed')
  return getBuiltinModule(name)
}
function isOpen() {
  try {
    // Another file may have got its number.
    return fstatSync(${HANDED_ON}).ino === handedOn
  } catch {
    return false
  }
}
`

// Only Linux shows what was inherited.
test.runIf(process.platform === 'linux')(
  'a courier has closed what it was handed on before Node opens certificates: of those it would close one in use',
  async () => {
    const home = temporaryDirectory()
    const watch = join(home, 'watch.mjs')
    writeFileSync(watch, WATCH)
    const job = { product: visivo, home, destination: { host: 'http://127.0.0.1:9', apiKey: 'phc_test' } }
    const file = courierFile('courier-process', join(import.meta.dirname, '..', 'dist')) ?? 'none'
    const handedOn = openSync(watch, 'r')
    const courier = spawn(process.execPath, ['--import', watch, file], {
      env: environmentFor({ ...job, extras: {} }),
      stdio: Object.assign(Array(HANDED_ON).fill('ignore'), { 1: 'pipe', [HANDED_ON]: handedOn }),
    })
    closeSync(handedOn)
    onTestFinished(() => void courier.kill('SIGKILL'))
    const [seen] = courier.stdout ? await once(courier.stdout, 'data') : []
    expect(String(seen)).toBe('closed')
  },
)

/** Runs twenty commands of a person's, each with telemetry of its own, and says how many more listen for its end then. */
const HOST = `
import { createTelemetry, followCommand } from '@visivo/telemetry'
const before = process.listenerCount('exit')
for (let time = 0; time < 20; time += 1)
  followCommand(createTelemetry({ version: '1.2.3' }), ['run'], { name: 'tool' }).ended()
console.log(process.listenerCount('exit') - before)
`

test('a program that sets up telemetry for each of its commands, in CI, listens for its end once, and not for each', async () => {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  const env = {
    HOME: home,
    USERPROFILE: home,
    CI: 'true',
    VISIVO_POSTHOG_HOST: destination.host,
    VISIVO_POSTHOG_API_KEY: destination.apiKey,
  }
  const program = [process.execPath, '--input-type=module', '-e', HOST]
  const { stdout } = await run(program, { env, cwd: join(import.meta.dirname, '..') })
  await until('no courier', () => isWithoutCourier(placesOf(visivo, home, destination)))
  expect(stdout).toBe('1\n')
})
