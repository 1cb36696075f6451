import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { holdAtExit } from './hold-at-exit.ts'
import { placesOf } from './places.ts'
import { uuidV7 } from './uuid-v7.ts'

test('a program that waits more than once listens for its exit once', () => {
  const places = placesOf(visivo, temporaryDirectory(), { host: 'http://127.0.0.1:1', apiKey: 'phc_test' })
  const before = process.listeners('exit')
  const most = process.getMaxListeners()
  const fresh = () => process.listeners('exit').filter((listener) => !before.includes(listener))
  onTestFinished(() => {
    for (const listener of fresh()) process.off('exit', listener)
    process.setMaxListeners(most)
  })
  const hold = holdAtExit()
  for (let time = 0; time < 3; time++) {
    hold.until({ places, uuid: uuidV7() })
    hold.now()
  }
  expect([fresh().length, process.getMaxListeners()]).toEqual([1, most + 1])
})
