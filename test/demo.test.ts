import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../packages/telemetry/test/processes.ts'
import { ROOT } from './markdown.ts'

const DEMO = [process.execPath, join(ROOT, 'scripts/demo.mjs')] as const

function directoryOfItsOwn() {
  const cwd = mkdtempSync(join(tmpdir(), 'demo-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const { PATH = '', SystemRoot = '' } = process.env
  return { cwd, env: { PATH, SystemRoot, TMPDIR: cwd, TEMP: cwd } }
}

test('the demo shows every kind of event as a server gets it, and nothing is missing', async () => {
  const { stdout, stderr, code } = await run(DEMO, directoryOfItsOwn())
  // It ends with 1 when an event does not come, or holds what it should not.
  expect(code, stdout + stderr).toBe(0)
  for (const event of ['new_installation', 'cli_command', 'api_request'])
    expect(stdout).toContain(`"event": "${event}"`)
})

test.skipIf(process.platform === 'win32').each<[string, (demo: ReturnType<typeof spawn>) => unknown]>([
  ['reads on', ({ stdout }) => stdout?.destroy()],
  ['waits for its end', (demo) => demo.kill('SIGINT')],
])('its temporary home is gone at the end, also where nobody %s', async (_sentence, leave) => {
  const { cwd, env } = directoryOfItsOwn()
  const [file, ...args] = DEMO
  const demo = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(demo, 'exit')
  await once(demo.stdout, 'data')
  leave(demo)
  await ended
  expect(readdirSync(cwd)).toEqual([])
})
