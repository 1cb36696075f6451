import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { courierPids, isCourierAlive, isRunning } from '../../../packages/telemetry/src/courier-lock.ts'
import { tryKill } from '../../../packages/telemetry/test/processes.ts'

/** Ends the couriers that commands left at work in a home, by pid, and waits until they are gone. */
export async function endCouriers(home: string): Promise<void> {
  const root = join(home, '.visivo', 'telemetry')
  if (!existsSync(root)) return
  for (const name of readdirSync(root)) {
    const place = join(root, name)
    // One that was started a moment ago has not said yet which process it is, and would make the directory anew.
    while (isCourierAlive(place) && courierPids(place).length === 0) await pause(5)
    for (const pid of courierPids(place)) {
      tryKill(pid, 'SIGKILL')
      while (isRunning(pid)) await pause(5)
    }
  }
}

/** Waits until the couriers of a home have ended by themselves. */
export async function couriersGone(home: string): Promise<void> {
  const root = join(home, '.visivo', 'telemetry')
  const places = () => readdirSync(root).map((name) => join(root, name))
  while (places().some((place) => isCourierAlive(place))) await pause(5)
}
