import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { jobFromVariables } from './courier-job.ts'
import { courierFile, environmentFor } from './start-courier.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

test.each([
  ['is found where it lies beside this file', 'node_modules/@visivo/telemetry/dist', true],
  ['is found in what Electron leaves unpacked', 'app.asar.unpacked/dist', true],
  ["is none in an archive of Yarn's", '.yarn/cache/telemetry.zip/node_modules/@visivo/telemetry/dist', false],
  ["is none in an archive of Electron's", 'resources/app.asar/dist', false],
])('a courier %s', (_, directory, isFound) => {
  const here = join(temporaryDirectory(), directory)
  mkdirSync(here, { recursive: true })
  const file = join(here, 'courier-process.js')
  writeFileSync(file, '')
  expect(courierFile('courier-process', here)).toBe(isFound ? file : undefined)
})

test('there is no courier where a bundler left it behind', () => {
  expect(courierFile('courier-thread', temporaryDirectory())).toBeUndefined()
})

test.each([
  [
    'events wait where Node lets a program start processes and reach no network: its courier would hold up all',
    ['child'],
    ['--allow-net'],
    false,
  ],
  ['events leave where it lets a program do both', ['child', 'net'], ['--allow-net'], true],
  ['events leave where it only notes what it would forbid', [], ['--allow-net'], true],
  ['events leave where it is one that can forbid nobody the network', ['child'], [], true],
])('%s', (_, allowed, flags, canSend) => {
  // As Node 25 says it, and later ones; the last row as Node 24, and older ones.
  const script = `
    const has = (scope) => ${JSON.stringify(allowed)}.includes(scope)
    Object.defineProperty(process, 'permission', { value: { has } })
    Object.defineProperty(process, 'allowedNodeEnvironmentFlags', { value: new Set(${JSON.stringify(flags)}) })
    const { createTelemetry } = await import('@visivo/telemetry')
    console.log(String(createTelemetry({ version: '1.2.3' }).canSend))`
  const node = ['--input-type=module', '-e', script]
  expect(String(execFileSync(process.execPath, node, { cwd: PACKAGE }))).toBe(`${canSend}\n`)
})

test('a courier gets nothing of what some code has put on every object: as NODE_OPTIONS, it would be run', () => {
  const destination = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  const job = { product: visivo, home: temporaryDirectory(), destination, extras: {} }
  const planted = { value: 's3cret', enumerable: true, configurable: true, writable: true }
  Object.defineProperty(Object.prototype, 'PLANTED', planted)
  let seen: string
  try {
    const env = environmentFor(job)
    seen = String(execFileSync(process.execPath, ['-p', 'Object.keys(process.env).join()'], { env }))
  } finally {
    Reflect.deleteProperty(Object.prototype, 'PLANTED')
  }
  expect(seen).toContain('TELEMETRY_COURIER_JOB')
  expect(seen).not.toContain('PLANTED')
})

test.each([
  ['as seen from where the command is', 'company.pem', resolve('company.pem')],
  ['but one that is empty is none, and no directory', '', ''],
])('a courier stands elsewhere and finds the certificates of its command, %s', (_, value, expected) => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('SSL_CERT_FILE', value)
  const destination = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  const job = { product: visivo, home: temporaryDirectory(), destination, extras: {} }
  expect(environmentFor(job).SSL_CERT_FILE).toBe(expected)
})

test('the events of a program that declares hundreds of its own reach their courier: no system takes that much in one variable', () => {
  const destination = { host: 'http://127.0.0.1:9', apiKey: 'phc_test' }
  const numbers = Array.from({ length: 1_000 }, (_, at) => at)
  const extras = Object.fromEntries(
    numbers.map((at) => [
      `cake_${at}`,
      { when: `A cake was sold ${'🎂'.repeat(at % 100)}.`, properties: {} },
    ]),
  )
  const job = { product: visivo, home: temporaryDirectory(), destination, extras }
  const env = environmentFor(job)
  // By a file: a pipe holds less than that.
  const seen = join(temporaryDirectory(), 'seen.json')
  const write = "require('fs').writeFileSync(process.argv[1], JSON.stringify(process.env))"
  execFileSync(process.execPath, ['-e', write, seen], { env })
  expect(jobFromVariables(JSON.parse(readFileSync(seen, 'utf8')))).toEqual(job)
  // Windows takes this many.
  expect(Object.values(env).every((value) => String(value).length < 32_767)).toBe(true)
})
