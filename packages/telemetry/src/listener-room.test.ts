import { expect, onTestFinished, test } from 'vitest'
import { makeListenerRoom } from './listener-room.ts'

test('a host with as many listeners as Node allows sees no warning of ours, and has its limit back', async () => {
  const warnings: Error[] = []
  const noteWarning = (warning: Error) => void warnings.push(warning)
  const own = Array.from({ length: process.getMaxListeners() }, () => () => {})
  process.on('warning', noteWarning)
  for (const listener of own) process.on('rejectionHandled', listener)
  onTestFinished(() => {
    process.off('warning', noteWarning)
    for (const listener of own) process.off('rejectionHandled', listener)
  })
  const limit = process.getMaxListeners()
  const removeRoom = makeListenerRoom()
  const ours = () => {}
  process.on('rejectionHandled', ours)
  process.off('rejectionHandled', ours)
  removeRoom()
  expect(process.getMaxListeners()).toBe(limit)
  // Node tells of warnings in the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([])
})
