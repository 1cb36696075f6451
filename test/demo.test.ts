import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../packages/telemetry/test/processes.ts'
import { ROOT } from './markdown.ts'

test('the demo shows every kind of event as a server gets it, and nothing is missing', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'demo-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const { PATH = '', SystemRoot = '' } = process.env
  const env = { PATH, SystemRoot, TMPDIR: cwd, TEMP: cwd }
  const { stdout, stderr, code } = await run([process.execPath, join(ROOT, 'scripts/demo.mjs')], { cwd, env })
  // It ends with 1 when an event does not come, or holds what it should not.
  expect(code, stdout + stderr).toBe(0)
  for (const event of ['new_installation', 'cli_command', 'api_request'])
    expect(stdout).toContain(`"event": "${event}"`)
})
