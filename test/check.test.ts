import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './markdown.ts'

test.each(['packages/sanitize', 'test', 'toString'])(
  '`pnpm test %s` runs nothing, and says so: it would pass for tests that passed',
  (word) => {
    const check = [join(ROOT, 'scripts/check.mjs'), word]
    const { status, stdout, stderr } = spawnSync(process.execPath, check, { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('exec vitest run')
  },
)
