import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const RUN = fileURLToPath(new URL('../bench/run.mjs', import.meta.url))

test('the short bench runs to its end, and every event that was recorded in it arrives', async () => {
  // Its exit code says whether all arrived; times are not judged.
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, '--short'])
  expect(stdout).toContain('## How it was measured')
}, 240_000)
