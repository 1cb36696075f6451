import { readdirSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { readCourierState, waitLeft } from './courier-state.ts'
import { makeListenerRoom } from './listener-room.ts'
import type { DestinationPlaces } from './places.ts'

/** What a process is held at most for all that it recorded, in milliseconds: with the rest it stays below a second. */
const LONGEST_WAIT = 900
/** How often the outbox is looked at, in milliseconds. */
const STEP = 5

/**
 * What is left of that wait, for all that record in this process. Counted in steps, and not only timed: a test may have
 * stopped the clock.
 */
const left = { steps: LONGEST_WAIT / STEP, patience: LONGEST_WAIT }

/** What the process is to be held for. */
interface Last {
  readonly places: DestinationPlaces
  /** Of the catalogue whose courier takes it. */
  readonly edition: string
  /** Of the event that was recorded last: those before it leave with it, or earlier. */
  readonly uuid: string
}

/** For all that record in this process, as the wait is: a host may set up telemetry anew for each command that it runs. */
const waiting = new Map<string, Last>()
const atExit = () => void attempt(holdNow)

/**
 * Holds the process at its end until what it recorded has left the outbox, its courier has failed, or 900 ms have passed.
 * To be told of each event.
 *
 * Only where what is left behind is killed with the command (`World.endsCouriers`). It blocks on purpose, for a process that
 * is exiting waits for nothing else.
 */
export function holdAtExit(last: Last): void {
  waiting.set(`${last.edition} ${last.places.outbox}`, last)
  // Who records while others are told of the exit can't be told of it any more.
  if (isExiting()) holdNow()
  else if (!process.listeners('exit').includes(atExit)) {
    makeListenerRoom()
    process.once('exit', atExit)
  }
}

/** Holds it at once, before an end that no exit comes before. */
export function holdNow(): void {
  const began = performance.now()
  const mayWait = () => left.steps > 0 && performance.now() - began < left.patience
  for (const last of waiting.values())
    while (mayWait() && isUnderWay(last)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP)
      left.steps -= 1
    }
  left.patience -= performance.now() - began
}

declare global {
  namespace NodeJS {
    interface Process {
      /** Set by Node, and by nobody else, before it tells of the exit; its documentation passes over it. */
      readonly _exiting?: boolean
    }
  }
}

/** Whether the process is telling of its exit, or has done so. */
export function isExiting(): boolean {
  return process._exiting === true
}

/** Whether an event waits, and may go any moment. */
function isUnderWay({ places, uuid }: Last): boolean {
  const isWaiting = attempt(() => readdirSync(places.outbox).some((name) => name.startsWith(uuid)))
  return isWaiting === true && waitLeft(readCourierState(places.state), Date.now()) === 0
}
