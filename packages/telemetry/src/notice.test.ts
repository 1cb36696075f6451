import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineProduct, visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { isNoticeDue, renderNotice, showNotice } from './notice.ts'

test.each(['cake', 'visivo', 'a-long-name'])(
  'the notice of %s breaks no word on a terminal of 80 columns',
  (name) => {
    const lines = renderNotice(defineProduct({ name })).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
  },
)

test('a notice that can not be remembered stays unsaid: it would be told in every run', () => {
  const home = join(temporaryDirectory(), 'home')
  writeFileSync(home, 'a file')
  const said: string[] = []
  const path = join(home, '.visivo', 'telemetry', 'notice')
  showNotice(visivo, path, { write: (text) => void said.push(text) })
  expect(said).toEqual([])
  expect(isNoticeDue(path)).toBe(true)
})
