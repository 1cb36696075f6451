import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createTelemetry } from '../src/telemetry.ts'
import { run } from './processes.ts'
import { temporaryDirectory } from './samples.ts'
import { fixture } from './scene.ts'

test('a server in debug mode lives on when whoever read its stderr is gone', async () => {
  const home = temporaryDirectory()
  const child = spawn(process.execPath, [fixture('talkative.mjs')], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, USERPROFILE: home, CI: 'false', VISIVO_TELEMETRY_DEBUG: '1' },
  })
  const output = text(child.stdout)
  const ended = once(child, 'exit')
  await once(child.stderr, 'data')
  const gone = once(child.stderr, 'close')
  child.stderr.destroy()
  await gone
  child.stdin.end()
  expect([await output, ...(await ended)]).toEqual(['the host lives\n', 0, null])
})

test('a command in debug mode keeps nothing and starts nothing, in CI either', async () => {
  const home = temporaryDirectory()
  const seen = await run([process.execPath, fixture('follow.mjs'), '{"name":"cake"}', '{}', 'plain'], {
    cwd: home,
    env: {
      HOME: home,
      USERPROFILE: home,
      CI: 'true',
      VISIVO_TELEMETRY_DEBUG: '1',
      VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1',
      VISIVO_POSTHOG_API_KEY: 'phc_test',
    },
  })
  expect(seen.stderr).toContain('"event": "cli_command"')
  expect(readdirSync(home)).toEqual([])
})

test.each([
  ['twelve events shown at once', { VISIVO_TELEMETRY_DEBUG: '1' }],
  ['twelve servers followed', {}],
])('%s in one process make Node warn of no leak', async (_, env) => {
  const home = temporaryDirectory()
  const script = `
    import { createTelemetry } from '@visivo/telemetry'
    import { followServer } from '@visivo/telemetry/server'
    const request = { endpoint: '/a', method: 'GET', statusCode: 200, durationMs: 1 }
    for (let server = 0; server < 12; server++) followServer(createTelemetry({ version: '1.2.3' })).request(request)
  `
  const seen = await run([process.execPath, '--input-type=module', '-e', script], {
    cwd: dirname(fixture('talkative.mjs')),
    env: {
      HOME: home,
      USERPROFILE: home,
      CI: 'false',
      VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1',
      VISIVO_POSTHOG_API_KEY: 'phc_test',
      ...env,
    },
  })
  expect([seen.code, seen.stderr.includes('Warning')]).toEqual([0, false])
})

test('an author whose event has a value under a name that every event carries is told that another is sent', () => {
  const said: string[] = []
  const telemetry = createTelemetry({
    version: '1.2.3',
    home: temporaryDirectory(),
    env: { CI: 'false', VISIVO_TELEMETRY_DEBUG: '1', VISIVO_POSTHOG_API_KEY: 'phc_test' },
    stderr: () => ({ write: (text: string) => said.push(text) }),
    events: {
      baked: {
        when: 'A cake was baked.',
        properties: { platform: { type: 'text', values: ['shop', 'home'], why: 'Who bakes.' } },
      },
    },
  })
  telemetry.record('baked', { platform: 'shop' })
  expect(said.join('')).toContain('baked has no platform of its own: every event carries that\n')
  expect(said.join('')).toContain('"event": "baked"')
  expect(said.join('')).not.toContain('shop')
})
