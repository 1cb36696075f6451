import { defineProduct } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { renderNotice } from './notice.ts'

test.each(['cake', 'visivo', 'a-long-name'])(
  'the notice of %s breaks no word on a terminal of 80 columns',
  (name) => {
    const lines = renderNotice(defineProduct({ name })).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80)
  },
)
