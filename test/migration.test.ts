import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { projectHash } from '../packages/hash/src/index.ts'
import { catalogueOf } from '../packages/telemetry/src/events.ts'
import { placesOf } from '../packages/telemetry/src/places.ts'
import { startReceiver } from '../packages/telemetry/src/testing.ts'
import { killCouriers, run } from '../packages/telemetry/test/processes.ts'
import { visivo } from '../packages/telemetry-config/src/index.ts'
import { codeOf, ROOT, readPage, tableWith } from './markdown.ts'

const PAGE = readPage('docs/migration-from-python.md')
const MAIN = join(ROOT, 'apps/cli/dist/main.js')
const KEY = 'phc_test'

/** A home in which the Python client has been, and what a command sends from there. */
async function changeOver({ config = '', env = {} }: { config?: string; env?: Record<string, string> } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'changed-over-'))
  const receiver = await startReceiver()
  const places = placesOf(visivo, home, { host: receiver.url, apiKey: KEY })
  onTestFinished(async () => {
    await killCouriers(places)
    await receiver.close()
    rmSync(home, { recursive: true, force: true })
  })
  const id = '6f1c2a1e-4b0d-4f5a-9c1e-2d3b4a5c6d7e'
  mkdirSync(places.directory)
  // As Python writes it: without a line break.
  writeFileSync(join(places.directory, 'machine_id'), id)
  if (config) writeFileSync(join(places.directory, 'config.yml'), config)
  writeFileSync(join(home, 'project.visivo.yml'), 'name: coffee_facts\nmodels: []\n')
  const { PATH = '' } = process.env
  const { code } = await run([process.execPath, MAIN, 'compile'], {
    cwd: home,
    env: {
      ...{ PATH, HOME: home, USERPROFILE: home, CI: 'false' },
      ...{ VISIVO_POSTHOG_HOST: receiver.url, VISIVO_POSTHOG_API_KEY: KEY, ...env },
    },
  })
  expect(code).toBe(0)
  return { receiver, id, places, stored: () => readFileSync(join(places.directory, 'machine_id'), 'utf8') }
}

test('a machine that Python knew keeps its id and its project’s hash, and is no new installation', async () => {
  const { receiver, id, stored } = await changeOver()
  const [event, ...others] = await receiver.received(1)
  expect(others).toEqual([])
  expect(event).toMatchObject({
    event: 'cli_command',
    distinct_id: id,
    properties: { command: 'compile', project_hash: '39b4481449813c49' },
  })
  expect(stored()).toBe(id)
})

test.each([
  ['the variable', { env: { VISIVO_TELEMETRY_DISABLED: 'true' } }],
  ['the person’s file', { config: 'telemetry_enabled: false\n' }],
])('an opt-out by %s that worked there works here', async (_, how) => {
  const { receiver, id, places, stored } = await changeOver(how)
  // What is recorded lies there when its command has ended; it is sent later.
  expect(existsSync(places.root)).toBe(false)
  expect([receiver.connections, stored()]).toEqual([0, id])
})

describe('the page', () => {
  const { common, events } = catalogueOf('visivo_version')
  const rows = tableWith(PAGE, 'property').map((row) => ({
    name: codeOf(row.property ?? '')[0],
    isSent: row.here !== 'not sent',
  }))

  test('lists every property that is sent from here, and no other', () => {
    const sent = rows.filter(({ isSent }) => isSent).map(({ name }) => name)
    const specs = [...Object.values(events).map(({ properties }) => properties), common]
    expect(sent.toSorted()).toEqual([...new Set(specs.flatMap((one) => Object.keys(one)))].toSorted())
  })

  test('names the events', () => {
    for (const name of Object.keys(events)) expect(PAGE.text).toContain(`\`${name}\``)
  })

  test.each(tableWith(PAGE, 'hash in both').map((row) => Object.values(row).map((cell) => codeOf(cell)[0])))(
    'gives the hash of %s',
    (name, hash) => {
      expect(projectHash(name)).toBe(hash)
    },
  )
})
