import { appendFileSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import type { WireEvent } from './wire.ts'

/** One line of the log: what PostHog acknowledged, and when. */
export interface SentEvent {
  readonly sent_at: string
  readonly event: WireEvent
}

/** Each of the two files of the log; together they hold the last thousand events or so. */
const MOST_BYTES = 1_000_000

/** Notes what was acknowledged. A full disk costs the note, never the event. */
export function logSent(path: string, events: readonly WireEvent[], now: number): void {
  try {
    const sent_at = new Date(now).toISOString()
    const lines = events
      .map((event) => `${JSON.stringify({ sent_at, event } satisfies SentEvent)}\n`)
      .join('')
    const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {}
    if (size > 0 && size + Buffer.byteLength(lines) > MOST_BYTES) renameSync(path, older(path))
    appendFileSync(path, lines, { mode: 0o600 })
  } catch {
    // See above.
  }
}

/** What was acknowledged, oldest first; damaged lines are left out. */
export function readSentLog(path: string): readonly SentEvent[] {
  return [older(path), path].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n').flatMap(parseLine)
    } catch {
      // There is no such file yet.
      return []
    }
  })
}

/** Removes the log. */
export function removeSentLog(path: string): void {
  for (const file of [older(path), path]) rmSync(file, { force: true })
}

function parseLine(line: string): readonly SentEvent[] {
  try {
    const sent = JSON.parse(line) as SentEvent
    return typeof sent.sent_at === 'string' && typeof sent.event.properties === 'object' ? [sent] : []
  } catch {
    return []
  }
}

function older(path: string): string {
  return path.replace(/\.jsonl$/, '.older.jsonl')
}
