import { readdirSync } from 'node:fs'

/** How often the outbox is looked at, in milliseconds. */
const STEP = 5

/**
 * Holds the process until an event has left the outbox, or `patience` milliseconds have passed.
 *
 * For CI and containers alone: what is left behind there is killed with the command. It blocks on purpose, for it
 * also runs while the process is already exiting.
 */
export function waitUntilGone(outbox: string, uuid: string, patience: number): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const end = performance.now() + patience
  while (performance.now() < end && readdirSync(outbox).some((name) => name.startsWith(uuid))) {
    Atomics.wait(pause, 0, 0, STEP)
  }
}
