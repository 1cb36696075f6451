import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { courierPids } from '../../../packages/telemetry/src/courier-lock.ts'
import { tryKill } from '../../../packages/telemetry/test/processes.ts'
import { couriersGone } from './couriers.ts'
import { PROJECT, telemetry, telemetryWorld } from './telemetry-world.ts'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

test.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGHUP'] as const)(
  'an event is not sent twice where %s comes to its courier from a terminal in the middle of a request',
  async (signal) => {
    const world = await telemetryWorld()
    const root = join(world.home, '.visivo', 'telemetry')
    const told: number[] = []
    const tell = () => {
      const pids = readdirSync(root).flatMap((place) => courierPids(join(root, place)))
      for (const pid of pids) tryKill(pid, signal)
      told.push(...pids)
      return true
    }
    // As the request comes, and so before its answer.
    world.receiver.misbehave({ delay: 500, towards: tell })
    await visivo(temporaryProject(PROJECT), ['compile'], world.env)
    await world.receiver.requested(1)
    await couriersGone(world.home)
    expect(told).not.toEqual([])
    const { stdout } = await telemetry(world, ['--json'])
    expect(JSON.parse(stdout)).toMatchObject({ waiting: 0, lastSuccess: expect.any(String) })
    expect(world.receiver.events).toHaveLength(2)
  },
)
