import type { StoredEvent } from './guard.ts'
import { isoTime } from './iso-time.ts'
import type { Metadata } from './metadata.ts'
import { uuidV7 } from './uuid-v7.ts'

/** The part of an event that is the same in all events of a run. */
export interface RunFacts {
  /** The anonymous machine id. */
  readonly id: string
  readonly metadata: Metadata
}

/**
 * Makes an event of its own properties and those of the run.
 * @param at when it happened, in milliseconds since 1970
 */
export function assemble(
  run: RunFacts,
  event: string,
  properties: Readonly<Record<string, unknown>>,
  at: number = Date.now(),
): StoredEvent {
  return {
    event,
    uuid: uuidV7(at),
    timestamp: isoTime(at),
    distinct_id: run.id,
    properties: { ...properties, ...run.metadata },
  }
}
