import type { Checked } from '@visivo/telemetry-config'

/** A source's answer as a person would say it, such as `DO_NOT_TRACK is set (1)`. */
export function sayWhatCounts({ kind, source, value, unclear }: Checked): string {
  if (kind === 'destination') return value
  const isVariable = (kind === 'environment' || kind === 'env-file') && !unclear
  return isVariable ? `${source} is set (${value})` : `${source}: ${value}`
}

/** How the reason of a failure ends that passes with another key alone. */
export const KEY_REFUSED = 'the key was not accepted'

/** How the reason of a failure ends that passes with another address alone. */
export const NO_POSTHOG = 'it is no PostHog'

/** `1 event`, `2 events`. */
export function sayEvents(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}

/** `1 event goes`, `2 events go`. */
export function sayGoing(count: number): string {
  return `${sayEvents(count)} ${count === 1 ? 'goes' : 'go'}`
}

/** `1 event waits`, `2 events wait`; with `still`, `1 event still waits`. */
export function sayWaiting(count: number, ...which: readonly string[]): string {
  return [sayEvents(count), ...which, count === 1 ? 'waits' : 'wait'].join(' ')
}

/** What becomes of events that another version of the program recorded. */
export function sayOfOthers(count: number): string {
  return `${sayWaiting(count, 'of another version')} for that one, or for an hour`
}
