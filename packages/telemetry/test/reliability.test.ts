import { expect, test, vi } from 'vitest'
import { ANSWERS } from './faults/answers.ts'
import { COMMANDS } from './faults/commands.ts'
import { DISK } from './faults/disk.ts'
import type { Fault } from './faults/fault.ts'
import { KILLED } from './faults/killed.ts'
import { OPT_OUTS } from './faults/opt-outs.ts'
import { Scene } from './scene.ts'

const FAULTS: readonly (readonly [string, readonly Fault[]])[] = [
  ['Killed', KILLED],
  ['Answers', ANSWERS],
  ['Disk', DISK],
  ['Commands', COMMANDS],
  ['Opt-outs', OPT_OUTS],
]

vi.setConfig({ maxConcurrency: 6, testTimeout: 90_000 })

const rows = new Map<string, string>()

for (const [, faults] of FAULTS)
  test.concurrent.for(faults.map((fault) => [fault.fault, fault] as const))(
    '%s',
    async ([, fault], { skip, expect }) => {
      const reason = fault.impossible?.()
      if (reason) return skip(reason)
      const scene = await Scene.open()
      try {
        await fault.happens(scene)
        const { recorded } = scene
        const arrived = new Set(scene.receiver.events.map(({ uuid }) => uuid)).size
        const doubles = scene.receiver.events.length - arrived
        expect([scene.noticed, scene.exitCodes]).toEqual([[], []])
        const [most, some] = fault.events
        expect([most === 'all' ? 'all' : recorded, some === 'all' ? recorded : some, doubles]).toEqual([
          most,
          arrived,
          fault.events[2],
        ])
        rows.set(fault.fault, '')
      } finally {
        await scene.close()
      }
    },
  )
