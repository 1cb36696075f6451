import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from './temp-project.ts'
import { loadFirst, start, visivo } from './visivo.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const URL_IN = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}/

/** Starts `visivo telemetry view` in an empty directory that is its home as well. */
async function startView(more: readonly string[] = ['--no-open'], env: NodeJS.ProcessEnv = {}) {
  const home = temporaryDirectory()
  const running = start(home, ['telemetry', 'view', ...more], { HOME: home, USERPROFILE: home, ...env })
  const [url = ''] = URL_IN.exec(await running.said(URL_IN)) ?? []
  return { home, url, ...running }
}

const ask = (url: string, token = new URL(url).hash.slice(1)) =>
  fetch(new URL('/state', url), { headers: { authorization: `Bearer ${token}` } })

test.skipIf(process.platform === 'win32').each([
  ['SIGINT', { code: 0 }],
  ['SIGTERM', { code: 0 }],
  ['SIGHUP', { code: null }],
] as const)('shows the page at the address it prints until %s, and writes nothing', async (signal, end) => {
  const { home, url, child, ended } = await startView()
  const answer = await ask(url)
  expect(await answer.json()).toMatchObject({ recording: false, product: { name: 'visivo' }, sent: [] })
  child.kill(signal)
  expect(await ended).toMatchObject({ ...end, stderr: '' })
  await expect(ask(url)).rejects.toThrow('fetch failed')
  expect(readdirSync(home)).toEqual([])
})

test('--json prints the address for another program, and nothing else: it opens no browser', async () => {
  // Whatever would be started says so in its place.
  const first = `import childProcess from 'node:child_process'
    childProcess.spawn = (file) => process.stdout.write('starts ' + file)`
  const env = { BROWSER: 'browser', NODE_OPTIONS: loadFirst(first) }
  const { url, child, ended } = await startView(['--json'], env)
  child.kill('SIGINT')
  expect(JSON.parse((await ended).stdout)).toEqual({ url })
})

test('a port that is taken is said in words', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => {
    other.close()
  })
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const end = await visivo(temporaryDirectory(), ['telemetry', 'view', '--no-open', '--port', String(port)])
  expect(end).toMatchObject({ code: 1, stdout: '' })
  expect(end.stderr).toContain(`Can't listen on port ${port}: another program has it.`)
})

test.runIf(process.platform === 'linux')('opens a browser, with an address good for one visit', async () => {
  const directory = temporaryDirectory()
  const browser = join(directory, 'browser')
  writeFileSync(browser, `#!/bin/sh\ncd "${directory}" && printf %s "$1" > given.tmp && mv given.tmp given\n`)
  chmodSync(browser, 0o700)
  // By its name alone: words behind a space would be its arguments.
  const PATH = `${directory}${delimiter}${process.env.PATH}`
  const { url } = await startView([], { BROWSER: 'browser', PATH })
  const given = await fileOf(join(directory, 'given'))
  const [, ticket] = /^http:\/\/127\.0\.0\.1:\d+\/#once\.([\w-]{43})$/.exec(given) ?? []
  const { origin } = new URL(url)
  const redeem = () =>
    fetch(`${origin}/token`, { method: 'POST', headers: { origin }, body: JSON.stringify({ ticket }) })
  const { token } = (await (await redeem()).json()) as { token: string }
  expect((await ask(url, token)).status).toBe(200)
  expect((await redeem()).status).toBe(403)
})

test('ends with the pipe that is its stdin', async () => {
  const child = spawn(process.execPath, [MAIN, 'telemetry', 'view', '--no-open'], {
    cwd: temporaryDirectory(),
    env: { PATH: process.env.PATH, HOME: temporaryDirectory(), VISIVO_TELEMETRY_DISABLED: '1' },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child.stdout, 'data')
  child.stdin.end()
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('ends with the quarter of an hour in which nobody looks, though the pipe that is its stdin stays open', async () => {
  const first = `const set = setTimeout
    globalThis.setTimeout = (work, delay, ...more) => set(work, delay === 900_000 ? 0 : delay, ...more)`
  const child = spawn(process.execPath, [loadFirst(first), MAIN, 'telemetry', 'view', '--no-open'], {
    cwd: temporaryDirectory(),
    env: { PATH: process.env.PATH, HOME: temporaryDirectory(), VISIVO_TELEMETRY_DISABLED: '1' },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('ends when whoever started it is gone', async () => {
  const directory = temporaryDirectory()
  const command = JSON.stringify([MAIN, 'telemetry', 'view', '--no-open'])
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `require('node:child_process').spawn(process.execPath, ${command}, { stdio: ['ignore', 'inherit', 'ignore'] })`,
    ],
    { cwd: directory, env: { PATH: process.env.PATH, HOME: directory, VISIVO_TELEMETRY_DISABLED: '1' } },
  )
  onTestFinished(() => {
    parent.kill('SIGKILL')
  })
  await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  // The child holds the other end of this pipe until it ends.
  await once(parent.stdout.resume(), 'close')
})

/** What a file holds, once it is there. */
async function fileOf(path: string): Promise<string> {
  for (;;) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
