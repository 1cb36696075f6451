import { existsSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { readOwn, replaceOwn } from './own-file.ts'

/** What couriers tell each other, and a person who asks, from one run to the next. */
export interface CourierState {
  /** Failures in a row. */
  readonly failures: number
  /** Before this time, in milliseconds since 1970, no courier tries again. */
  readonly retryAt: number
  /** When a batch was accepted last, ISO 8601. */
  readonly lastSuccess?: string
  /** When and why one was not: a sentence without an address or a key. */
  readonly lastFailure?: { readonly at: string; readonly reason: string }
}

const FIRST_WAIT = 10_000
const LONGEST_WAIT = 3_600_000
/** Clocks are corrected by so much, in milliseconds, without having been set back. */
const CLOCK_TOLERANCE = 60_000
/** A server may ask for a longer pause than ours, but not for more than a day. */
const LONGEST_RETRY_AFTER = 86_400_000
const NOTHING_YET: CourierState = { failures: 0, retryAt: 0 }

/** Reads the state; a missing or damaged file is a fresh start. */
export function readCourierState(path: string): CourierState {
  try {
    // Asked first, because an error costs a command more than all else here.
    if (!existsSync(path)) return NOTHING_YET
    const { failures, retryAt, lastSuccess, lastFailure } = JSON.parse(readOwn(path)) as CourierState
    const isWhole =
      [failures, retryAt].every((number) => Number.isFinite(number) && number >= 0) &&
      [lastSuccess ?? '', lastFailure?.at ?? '', lastFailure?.reason ?? ''].every(
        (text) => typeof text === 'string',
      )
    if (!isWhole) return NOTHING_YET
    return { failures, retryAt, ...(lastSuccess && { lastSuccess }), ...(lastFailure && { lastFailure }) }
  } catch {
    return NOTHING_YET
  }
}

/** How long, in milliseconds, nobody should try; 0 when it may be tried now. */
export function waitLeft(state: CourierState, now: number): number {
  const left = state.retryAt - now
  // A failure that is yet to happen, or a pause longer than any that was ever set: the clock was set back meanwhile.
  const failedAt = Date.parse(state.lastFailure?.at ?? '')
  if (failedAt > now + CLOCK_TOLERANCE || left > LONGEST_RETRY_AFTER + CLOCK_TOLERANCE) return 0
  return Math.max(0, left)
}

/** The state after a batch was accepted. */
export function afterSuccess(state: CourierState, now: number): CourierState {
  return { ...state, failures: 0, retryAt: 0, lastSuccess: new Date(now).toISOString() }
}

/**
 * The state after a failure: ten seconds, doubled up to an hour with each in a row.
 * @param retryAfter what the server asked for, in milliseconds
 */
export function afterFailure(state: CourierState, now: number, reason: string, retryAfter = 0): CourierState {
  const failures = state.failures + 1
  const own = Math.min(FIRST_WAIT * 2 ** Math.min(failures - 1, 20), LONGEST_WAIT)
  const wait = Math.max(own, Math.min(retryAfter, LONGEST_RETRY_AFTER))
  return { ...state, failures, retryAt: now + wait, lastFailure: { at: new Date(now).toISOString(), reason } }
}

/**
 * The state of one courier at work. What the disk does not take it remembers, so that it still backs off; the next courier
 * then tries at once.
 */
export interface CourierMemory {
  read(): CourierState
  write(state: CourierState): void
}

/** @param path where couriers leave the state to each other */
export function openCourierState(path: string): CourierMemory {
  let unwritten: CourierState | undefined
  return {
    read: () => unwritten ?? readCourierState(path),
    write: (state) => {
      unwritten = state
      attempt(() => {
        replaceOwn(path, JSON.stringify(state))
        unwritten = undefined
      })
    },
  }
}
