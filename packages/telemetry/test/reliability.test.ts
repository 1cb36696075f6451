import { fileURLToPath } from 'node:url'
import { type TestContext, test, vi } from 'vitest'
import { ANSWERS } from './faults/answers.ts'
import { COMMANDS } from './faults/commands.ts'
import { DISK } from './faults/disk.ts'
import type { Fault } from './faults/fault.ts'
import { KILLED } from './faults/killed.ts'
import { NETWORK } from './faults/network.ts'
import { OPT_OUTS } from './faults/opt-outs.ts'
import { SERVER_THREADS } from './faults/server-threads.ts'
import { SERVERS } from './faults/servers.ts'
import { type Measured, renderReliability } from './render-reliability.ts'
import { Scene } from './scene.ts'

const SECTIONS: readonly (readonly [string, readonly Fault[]])[] = [
  ['The command and its surroundings', COMMANDS],
  ['The server answers, or does not', ANSWERS],
  ['On the way to the server', NETWORK],
  ['Something is killed', KILLED],
  ['The disk', DISK],
  ['Somebody opts out', OPT_OUTS],
  ['A server that is followed', [...SERVERS, ...SERVER_THREADS]],
]
const FAULTS = SECTIONS.flatMap(([, faults]) => faults)
const DOCUMENT = fileURLToPath(new URL('../../../docs/reliability.md', import.meta.url))

/** Signals, shells, modes and links: what the faults are made with, Windows does not have. */
const POSIX_ONLY = process.platform === 'win32' ? 'made with what POSIX offers' : undefined

vi.setConfig({ maxConcurrency: 6, testTimeout: 600_000 })

const measured = new Map<string, Measured>()

const named = (faults: readonly Fault[]) => faults.map((fault) => [fault.fault, fault] as const)

test.concurrent.for(named(FAULTS.filter(({ alone }) => !alone)))('%s', survive)
test.for(named(FAULTS.filter(({ alone }) => alone)))('%s', survive)

test('docs/reliability.md says what was measured', async ({ skip, expect }) => {
  if (measured.size < FAULTS.length) return skip('not every fault could be made or survived in this run')
  await expect(renderReliability(SECTIONS, measured)).toMatchFileSnapshot(DOCUMENT)
})

function measure(scene: Scene): Measured {
  const arrived = new Set(scene.receiver.events.map(({ uuid }) => uuid)).size
  const doubles = scene.receiver.events.length - arrived
  return { recorded: scene.recorded, arrived, doubles, noticed: scene.noticed, exitCodes: scene.exitCodes }
}

async function survive([, fault]: readonly [string, Fault], { skip, expect }: TestContext): Promise<void> {
  const reason = POSIX_ONLY ?? fault.impossible?.()
  if (reason !== undefined) return skip(reason)
  const scene = await Scene.open()
  try {
    await fault.happens(scene)
    const result = measure(scene)
    const [recorded, arrived, doubles] = fault.events
    expect(result).toEqual({
      recorded: recorded === 'all' ? result.recorded : recorded,
      arrived: arrived === 'all' ? result.recorded : arrived,
      doubles,
      noticed: [],
      exitCodes: [],
    })
    measured.set(fault.fault, result)
  } finally {
    await scene.close()
  }
}
