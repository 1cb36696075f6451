import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './markdown.ts'

test('the demo shows every kind of event as a server gets it, and nothing is missing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'demo-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))
  const { PATH, SystemRoot } = process.env
  const env = { PATH, SystemRoot, TMPDIR: directory, TEMP: directory }
  // It ends with 1, and this rejects, when an event does not come or holds what it should not.
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/demo.mjs')], { env })
  for (const event of ['new_installation', 'cli_command', 'api_request'])
    expect(stdout).toContain(`"event": "${event}"`)
})
