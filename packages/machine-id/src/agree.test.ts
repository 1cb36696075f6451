import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MachineId } from './machine-id.ts'

const PROCESSES = 30
const FIXTURE = fileURLToPath(new URL('../test/first-run.mjs', import.meta.url))
const UUID = '0b8ff0cd-5b4a-4c1e-9d3c-6a52f3a3e0aa'

const root = mkdtempSync(join(tmpdir(), 'machine-id-race-'))
const built = pathToFileURL(join(root, 'dist', 'index.js')).href

beforeAll(async () => {
  const entry = fileURLToPath(new URL('./index.ts', import.meta.url))
  const outDir = join(root, 'dist')
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  await build({ entry: { index: entry }, outDir, format: 'esm', config: false, silent: true, dts: false })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test.each([
  ['nothing is there', undefined, ''],
  ['the file is empty', '', ''],
  ['the file holds a CI id', `ci-${UUID}`, ''],
  ['nothing is there, on a file system without hard links', undefined, 'no-links'],
  ['the file is corrupt, on a file system without hard links', 'not an id', 'no-links'],
])('30 processes at once agree on one id when %s', async (_, content, mode) => {
  const directory = mkdtempSync(join(root, 'home-'))
  if (content !== undefined) writeFileSync(join(directory, 'machine_id'), content)
  const results = await runTogether(directory, mode)
  expect(results).toHaveLength(PROCESSES)
  expect(new Set(results.map(({ id }) => id)).size).toBe(1)
  expect(results.every(({ persisted }) => persisted)).toBe(true)
  expect(results.filter(({ created }) => created)).toHaveLength(1)
  expect(readFileSync(join(directory, 'machine_id'), 'utf8')).toBe(results[0]?.id)
  expect(readdirSync(directory)).toEqual(['machine_id'])
  // Windows has no such rights.
  const file = statSync(join(directory, 'machine_id'))
  if (process.platform !== 'win32') expect(file.mode & 0o777).toBe(0o600)
})

test('a decision that a killed process left is carried out', async () => {
  const directory = mkdtempSync(join(root, 'home-'))
  writeFileSync(join(directory, 'machine_id'), 'not an id')
  writeFileSync(join(directory, 'machine_id.next'), UUID)
  const results = await runTogether(directory, '', 4)
  expect(results.map(({ id }) => id)).toEqual([UUID, UUID, UUID, UUID])
  expect(readdirSync(directory)).toEqual(['machine_id'])
})

test('a damaged decision is thrown away', async () => {
  const directory = mkdtempSync(join(root, 'home-'))
  writeFileSync(join(directory, 'machine_id'), 'not an id')
  writeFileSync(join(directory, 'machine_id.next'), 'nor is this')
  const [result] = await runTogether(directory, '', 1)
  expect(result).toMatchObject({ persisted: true, created: true })
  expect(readdirSync(directory)).toEqual(['machine_id'])
})

/** Starts the processes, lets them go when all of them are ready, and returns what each one printed. */
async function runTogether(directory: string, mode: string, count = PROCESSES): Promise<MachineId[]> {
  const { SystemRoot } = process.env
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, [FIXTURE, built, directory, mode], {
      // Certificates and options that somebody has set would be read by every one of them.
      env: { SystemRoot },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(children.map(({ stdout }) => new Promise((ready) => stdout.once('readable', ready))))
  const outputs = children.map(({ stdin, stdout }) => {
    stdin.end()
    return text(stdout)
  })
  return (await Promise.all(outputs)).map((output) => JSON.parse(output.replace('ready\n', '')) as MachineId)
}
