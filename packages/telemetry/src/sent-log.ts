import { renameSync, statSync } from 'node:fs'
import { attempt } from './attempt.ts'
import { codeOf } from './code-of.ts'
import { isRecord } from './guard.ts'
import { appendOwn, readOwn } from './own-file.ts'
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
  attempt(() => {
    const sent_at = new Date(now).toISOString()
    const lines = events
      .map((event) => `${JSON.stringify({ sent_at, event } satisfies SentEvent)}\n`)
      .join('')
    const size = Number(statSync(path, { bigint: true, throwIfNoEntry: false })?.size ?? 0)
    if (size > 0 && size + Buffer.byteLength(lines) > MOST_BYTES) renameSync(path, older(path))
    append(path, isCutOff(path) ? `\n${lines}` : lines)
  })
}

/** What only somebody else may write to, as root after `sudo`, is set aside: nothing would ever be noted again. */
function append(path: string, text: string): void {
  try {
    appendOwn(path, text)
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error
    renameSync(path, older(path))
    appendOwn(path, text)
  }
}

/** Whether the disk was full in the middle of a line: what is appended to it would be lost with it. */
function isCutOff(path: string): boolean {
  return attempt(() => /[^\n]$/.test(readOwn(path).slice(-1))) ?? false
}

/** What was acknowledged, oldest first; damaged lines are left out. */
export function readSentLog(path: string): readonly SentEvent[] {
  return halvesOf(path).flatMap(
    // Nothing where there is no such file yet, or none of ours.
    (file) => attempt(() => readOwn(file).split('\n').flatMap(parseLine)) ?? [],
  )
}

/** The two files of the log, the older one first. */
export function halvesOf(path: string): readonly string[] {
  return [older(path), path]
}

function parseLine(line: string): readonly SentEvent[] {
  const sent: unknown = attempt(() => JSON.parse(line))
  return isSent(sent) ? [sent] : []
}

function isSent(line: unknown): line is SentEvent {
  if (!isRecord(line) || !isRecord(line.event)) return false
  const { sent_at, event } = line
  const isDated = typeof sent_at === 'string' && !Number.isNaN(Date.parse(sent_at))
  return isDated && typeof event.event === 'string' && isRecord(event.properties) && isInWords(event)
}

/** Whether whoever shows it can make texts of its values: an object with a `toString` of its own would throw there. */
function isInWords({ uuid, properties }: Readonly<Record<string, unknown>>): boolean {
  return attempt(() => [uuid, ...Object.values(Object(properties))].join()) !== undefined
}

function older(path: string): string {
  return path.replace(/\.jsonl$/, '.older.jsonl')
}
