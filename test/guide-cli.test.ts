import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defineProduct } from '../packages/telemetry/src/index.ts'
import { renderNotice } from '../packages/telemetry/src/notice.ts'
import { placesOf } from '../packages/telemetry/src/places.ts'
import { type Receiver, startReceiver } from '../packages/telemetry/src/testing.ts'
import { killCouriers } from '../packages/telemetry/test/processes.ts'
import { Reader, stepsOf } from './guide-blocks.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'docs/guide-cli.md'), 'utf8')
const cake = defineProduct({ name: 'cake' })

// Its commands are those of a POSIX shell.
describe.skipIf(process.platform === 'win32')('the guide for command lines, followed to the letter', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guide-')))
  const home = join(root, 'home')
  const directory = join(root, 'cake')
  let receiver: Receiver
  let reader: Reader

  beforeAll(async () => {
    mkdirSync(home)
    mkdirSync(directory)
    receiver = await startReceiver()
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      TMPDIR: root,
      CI: 'false',
      NO_COLOR: '1',
    }
    const destination = { CAKE_POSTHOG_HOST: receiver.url }
    reader = new Reader({ directory, env, destination, findPackage })
  })

  afterAll(async () => {
    await reader.close()
    await killCouriers(placesOf(cake, home, { host: receiver.url, apiKey: 'phc_test' }))
    await receiver.close()
    rmSync(root, { recursive: true, force: true })
  })

  test.each(stepsOf(GUIDE))('%s', (_title, step) => reader.take(step))

  test('what it sends has arrived: a new machine, a command, and after the bundle was complete those of both', async () => {
    const events = await receiver.received(4)
    expect(events.map(({ event, properties }) => [event, properties.command])).toEqual([
      ['new_installation', undefined],
      ['cli_command', 'bake'],
      ['cli_command', 'bake'],
      ['cli_command', 'bake'],
    ])
  })

  test('the notice that it shows is the notice', () => {
    expect(GUIDE).toContain(renderNotice(cake).trim())
  })

  test('its oclif hooks are those of the example', () => {
    expect(GUIDE).toContain(readFileSync(join(ROOT, 'examples/adopters/oclif/hooks.js'), 'utf8').trim())
  })
})

function findPackage(name: string): string {
  if (name === '@visivo/telemetry') return join(ROOT, 'packages/telemetry')
  return realpathSync(join(ROOT, 'packages/telemetry/node_modules', name))
}
