import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineProduct, visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { withoutRoot } from '../test/without-root.ts'
import { SCHEMA_VERSION } from './events.ts'
import { isNoticeDue, renderNotice, showNotice } from './notice.ts'

test.each(['cake', 'visivo', 'a-long-name'])(
  'the notice of %s breaks no word on a terminal of 80 columns',
  (name) => {
    const lines = renderNotice(defineProduct({ name })).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
  },
)

test('who went back to an older version is not told again what a newer one has told', () => {
  const path = join(temporaryDirectory(), 'notice')
  for (const [told, isDue] of [
    [SCHEMA_VERSION - 1, true],
    [SCHEMA_VERSION, false],
    [SCHEMA_VERSION + 1, false],
  ]) {
    writeFileSync(path, `${told}\n`)
    expect(isNoticeDue(path)).toBe(isDue)
  }
})

test('a notice that can not be remembered stays unsaid: it would be told in every run', () => {
  const home = join(temporaryDirectory(), 'home')
  writeFileSync(home, 'a file')
  const said: string[] = []
  const path = join(home, '.visivo', 'telemetry', 'notice')
  showNotice(visivo, path, { write: (text) => void said.push(text) })
  expect(said).toEqual([])
  expect(isNoticeDue(path)).toBe(true)
})

test.runIf(process.platform !== 'win32')(
  'who was told as root alone, by sudo, is told as themselves, and no longer left out for ever',
  async () => {
    const root = join(temporaryDirectory(), '.visivo', 'telemetry')
    mkdirSync(root, { recursive: true })
    const path = join(root, 'notice')
    writeFileSync(path, '1\n', { mode: 0 })
    for (const directory of [root, join(root, '..'), join(root, '..', '..')]) chmodSync(directory, 0o777)
    const said: string[] = []
    await withoutRoot(async () => {
      expect(isNoticeDue(path)).toBe(true)
      showNotice(visivo, path, { write: (text) => void said.push(text) })
      expect(isNoticeDue(path)).toBe(false)
    })
    expect(said).toEqual([renderNotice(visivo)])
  },
)
