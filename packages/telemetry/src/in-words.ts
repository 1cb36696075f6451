import type { Checked } from '@visivo/telemetry-config'

/** A source's answer as a person would say it, such as `DO_NOT_TRACK is set (1)`. */
export function sayWhatCounts({ kind, source, value, unclear }: Checked): string {
  if (kind === 'destination') return value
  const isVariable = kind === 'environment' || (kind === 'env-file' && !unclear)
  return isVariable ? `${source} is set (${value})` : `${source}: ${value}`
}

/** `1 event`, `2 events`. */
export function sayEvents(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}
