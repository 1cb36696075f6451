import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
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
