import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { STAMPS } from '../packages/telemetry/src/events.ts'
import { placesOf } from '../packages/telemetry/src/places.ts'
import { type Receiver, startReceiver } from '../packages/telemetry/src/testing.ts'
import { killCouriers, run } from '../packages/telemetry/test/processes.ts'
import { defineProduct, findDestination, visivo } from '../packages/telemetry-config/src/index.ts'
import { Reader, stepsOf } from './guide-blocks.ts'
import { codeOf, ROOT, readPage, tableWith } from './markdown.ts'

const PAGE = readPage('docs/own-posthog.md')
const KEY = 'phc_yours'
const PREFIX = '/ingest'
const released = defineProduct({
  name: 'visivo',
  posthog: { host: 'https://built.example', apiKey: 'phc_built' },
})

// Its commands are those of a POSIX shell.
describe.skipIf(process.platform === 'win32')(
  'the page is followed to the letter, through a reverse proxy',
  () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'own-posthog-')))
    const home = join(root, 'home')
    const directory = join(root, 'project')
    let receiver: Receiver
    let proxy: Proxy
    let reader: Reader

    beforeAll(async () => {
      mkdirSync(home)
      mkdirSync(directory)
      writeFileSync(join(directory, 'project.visivo.yml'), 'name: p\nmodels: []\n')
      receiver = await startReceiver()
      proxy = await startProxy(receiver.url)
      const path = `${join(directory, 'node_modules/.bin')}:${process.env.PATH}`
      const env = { PATH: path, HOME: home, TMPDIR: root, CI: 'false', NO_COLOR: '1' }
      const destination = { VISIVO_POSTHOG_HOST: proxy.url, VISIVO_POSTHOG_API_KEY: KEY }
      reader = new Reader({ directory, env, destination, findPackage: () => join(ROOT, 'apps/cli') })
      await reader.take({ command: 'npm install @visivo/cli', output: '' })
    })

    afterAll(async () => {
      await reader.close()
      await killCouriers(placesOf(visivo, home, { host: proxy.url, apiKey: KEY }))
      await proxy.close()
      await receiver.close()
      rmSync(root, { recursive: true, force: true })
    })

    test.each(stepsOf(PAGE.text))('%s', (_title, step) => reader.take(step))

    test('both events have arrived, and nothing was asked for but what the page lists', async () => {
      const events = await receiver.received(2)
      expect(events.map(({ event }) => event)).toEqual(['new_installation', 'cli_command'])
      expect(new Set(proxy.asked)).toEqual(new Set([`HEAD ${PREFIX}`, `POST ${PREFIX}/batch/`]))
      for (const body of receiver.bodies.filter((one) => one !== ''))
        expect(JSON.parse(body)).toMatchObject({ api_key: KEY })
    })
  },
)

test('what was recorded for one PostHog is not sent to another, and is shown as waiting elsewhere', async () => {
  const home = mkdtempSync(join(tmpdir(), 'two-posthogs-'))
  const [first, second] = [await startReceiver(), await startReceiver()]
  onTestFinished(async () => {
    for (const { url: host } of [first, second])
      await killCouriers(placesOf(visivo, home, { host, apiKey: KEY }))
    for (const receiver of [first, second]) await receiver.close()
    rmSync(home, { recursive: true, force: true })
  })
  writeFileSync(join(home, 'project.visivo.yml'), 'name: p\nmodels: []\n')
  const command = (receiver: Receiver, ...args: string[]) => {
    const own = { HOME: home, USERPROFILE: home, CI: 'false' }
    const destination = { VISIVO_POSTHOG_HOST: receiver.url, VISIVO_POSTHOG_API_KEY: KEY }
    const env = { PATH: process.env.PATH ?? '', ...own, ...destination }
    return run([process.execPath, join(ROOT, 'apps/cli/dist/main.js'), ...args], { cwd: home, env })
  }
  first.misbehave({ status: 503 })
  await command(first, 'compile')
  await first.requested(1)
  await command(second, 'compile')
  await second.received(1)
  // Until the answer is written down.
  await command(second, 'telemetry', 'flush')
  expect((await command(second, 'telemetry')).stdout).toMatch(/^Waiting +0, and 2 for other destinations$/m)
  expect(second.events).toHaveLength(1)
})

describe('where events go', () => {
  const rows = tableWith(PAGE, 'from your build').map((row) => {
    const [host, apiKey] = ['`VISIVO_POSTHOG_HOST`', '`VISIVO_POSTHOG_API_KEY`'].map(
      (name) => codeOf(row[name] ?? '')[0],
    )
    const yours = row['from your build'] ?? ''
    const theirs = row['from a release'] ?? ''
    return { host, apiKey, yours, theirs: theirs === 'the same' ? yours : theirs }
  })

  test.each(rows)('$host with $apiKey', ({ host, apiKey, yours, theirs }) => {
    const env = { VISIVO_POSTHOG_HOST: host, VISIVO_POSTHOG_API_KEY: apiKey }
    expect(inWords(findDestination(visivo, env, {}), apiKey)).toBe(yours)
    expect(inWords(findDestination(released, env, {}), apiKey)).toBe(theirs)
    // The `.env` file says the same, unless the environment says more.
    expect(inWords(findDestination(visivo, {}, env), apiKey)).toBe(yours)
  })
})

test('the three properties that ask PostHog for something are those that every event carries', () => {
  const rows = tableWith(PAGE, 'asks PostHog').map(({ property = '' }) => codeOf(property))
  expect(rows).toEqual(Object.entries(STAMPS).map(([name, { value }]) => [name, String(value)]))
})

/** A cell of the table. Whose key it is counts only where the release's own host gets it. */
function inWords({ destination, problem }: ReturnType<typeof findDestination>, apiKey: string | undefined) {
  if (!destination) return `nowhere: \`${problem}\``
  const isBuilt = destination.host === released.posthog?.host
  expect(destination.apiKey).toBe(apiKey ?? released.posthog?.apiKey)
  return `\`${destination.host}\`${isBuilt ? (apiKey ? ', with yours' : ', with its key') : ''}`
}

interface Proxy {
  readonly url: string
  /** Method and path of every request. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** Hands everything below a path on to a server, as a reverse proxy does; anything else is not there. */
async function startProxy(target: string): Promise<Proxy> {
  const asked: string[] = []
  const server: Server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    asked.push(`${method} ${url}`)
    if (!url.startsWith(PREFIX)) return void outgoing.writeHead(404).end()
    const onward = request(target + url.slice(PREFIX.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    asked,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
