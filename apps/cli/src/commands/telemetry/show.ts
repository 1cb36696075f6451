import { inspectTelemetry, readSent } from '@visivo/telemetry/inspect'
import type { CommandContext } from '../../context.ts'
import { print, renderTime } from './print.ts'
import { readableHere } from './readable-here.ts'
import type { TelemetryFlags } from './telemetry-here.ts'

/** The flags of `show`. */
export interface ShowFlags extends TelemetryFlags {
  /** How many of the sent events. */
  readonly last: number
}

/** `visivo telemetry show`: what waits and what was sent last, as JSON, oldest first. */
export async function show(flags: ShowFlags, context: CommandContext): Promise<void> {
  const { telemetry, where } = readableHere(context)
  const { waiting, waitingOfOthers, waitingElsewhere } = inspectTelemetry(telemetry, where)
  const all = readSent(telemetry)
  const sent = all.slice(Math.max(0, all.length - flags.last))
  const text = [
    waiting.length === 0 ? 'Nothing waits to be sent.\n' : `${waiting.length} waiting to be sent:\n`,
    ...waiting.map(renderJson),
    waitingOfOthers === 0 ? '' : `${waitingOfOthers} of another version, which only that one can show.\n`,
    waitingElsewhere === 0 ? '' : `${waitingElsewhere} for other destinations, shown where those are set.\n`,
    all.length === 0 ? 'Nothing was sent.\n' : `The last ${sent.length} of ${all.length} that were sent:\n`,
    ...sent.map(({ sent_at, event }) => `// sent ${renderTime(sent_at)}\n${renderJson(event)}`),
  ]
  print(context, flags, { waiting, sent }, text.join(''))
}

function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
