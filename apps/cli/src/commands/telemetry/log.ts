import { setTimeout as sleep } from 'node:timers/promises'
import { inOneLine, printable } from '@visivo/api/printable'
import { EVENTS } from '@visivo/telemetry/docs'
import { readSent, type SentEvent } from '@visivo/telemetry/inspect'
import type { CommandContext } from '../../context.ts'
import { UsageError } from '../../errors.ts'
import { print, renderTime } from './print.ts'
import { readableHere } from './readable-here.ts'
import type { TelemetryFlags } from './telemetry-here.ts'

/** The flags of `log`. */
export interface LogFlags extends TelemetryFlags {
  readonly event?: string
  readonly since?: Date
  readonly follow?: boolean
}

/** How often `--follow` looks, in milliseconds. */
const LOOK = 500

/** `visivo telemetry log`: a line for each event that was sent. With `--json` one array; with `--follow` too, a line each. */
export async function log(flags: LogFlags, context: CommandContext): Promise<void> {
  const { event, since, follow = false, json = false } = flags
  if (event !== undefined && !Object.hasOwn(EVENTS, event))
    throw new UsageError(`there is no event '${event}', only ${Object.keys(EVENTS).join(', ')}.`)
  const { telemetry } = readableHere(context)
  const { stdout } = context
  const over = new AbortController()
  const signal = AbortSignal.any([context.signal, over.signal])
  // `log --follow | head -1`: nobody reads on, which the system tells only who writes.
  if (follow) stdout.once('error', () => over.abort())
  const render = json ? (sent: SentEvent) => `${printable(JSON.stringify(sent))}\n` : renderSent
  const read = () => readSent(telemetry, { event, since })
  const first = read()
  if (follow) for (const sent of first) stdout.write(render(sent))
  else print(context, flags, first, first.map(renderSent).join('') || sayNothing(flags))

  const shown = new Set(first.map(keyOf))
  while (follow && !signal.aborted) {
    // Ctrl-C is the normal end, and so is a reader that is gone.
    await sleep(LOOK, undefined, { signal }).catch(() => {})
    for (const sent of read().filter((one) => !shown.has(keyOf(one)))) {
      shown.add(keyOf(sent))
      stdout.write(render(sent))
    }
  }
}

function sayNothing({ event, since }: LogFlags): string {
  const asked = [event && ` of ${event}`, since && ` since ${renderTime(since.toISOString())}`]
  return `Nothing${asked.filter(Boolean).join('')} was sent.\n`
}

function keyOf({ sent_at, event }: SentEvent): string {
  return `${sent_at} ${event.uuid}`
}

/** `2026-01-31 10:00:00 UTC  cli_command       run --threads <value>  worked in 120 ms`. */
function renderSent({ sent_at, event }: SentEvent): string {
  const line = `${renderTime(sent_at)}  ${event.event.padEnd(16)}  ${sayWhat(event)}`.trimEnd()
  // The file may have been edited.
  return `${inOneLine(line)}\n`
}

function sayWhat({ event, properties }: SentEvent['event']): string {
  const { command, command_args, success, error_type, duration_ms } = properties
  if (event === 'cli_command') {
    const words = [command, ...(Array.isArray(command_args) ? command_args : [])].join(' ')
    return `${words}  ${success === true ? 'worked' : `failed (${error_type})`} in ${duration_ms} ms`
  }
  if (event === 'api_request') {
    const { method, endpoint, status_code, request_count } = properties
    const times = request_count === 1 ? '' : ` (${request_count} times, on average)`
    return `${method} ${endpoint}  ${status_code} in ${duration_ms} ms${times}`
  }
  return ''
}
