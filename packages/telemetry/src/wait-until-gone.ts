import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readCourierState, waitLeft } from './courier-state.ts'
import type { Places } from './places.ts'

/** How often the outbox is looked at, in milliseconds. */
const STEP = 5

/**
 * Holds the process until an event has left the outbox, its courier has failed, or `patience` milliseconds have
 * passed.
 *
 * For CI and containers alone: what is left behind there is killed with the command. It blocks on purpose, for it
 * also runs while the process is already exiting.
 */
export function waitUntilGone(places: Places, uuid: string, patience: number): void {
  const end = performance.now() + patience
  const name = readdirSync(places.outbox).find((name) => name.startsWith(uuid))
  if (name === undefined) return
  const pause = new Int32Array(new SharedArrayBuffer(4))
  while (performance.now() < end && existsSync(join(places.outbox, name))) {
    if (waitLeft(readCourierState(places.state), Date.now()) > 0) return
    Atomics.wait(pause, 0, 0, STEP)
  }
}
