import { flush } from '@visivo/telemetry/flush'
import type { CommandContext } from '../../context.ts'
import { printOutcome } from './print.ts'
import { requireReadable } from './require-readable.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry flush`: sends what waits, and fails when something still waits afterwards. */
export async function flushNow(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const here = telemetryHere(context)
  requireReadable(here, { logs: false })
  const { telemetry, where } = here
  const flushed = await flush(telemetry, where, context.signal)
  context.signal.throwIfAborted()
  printOutcome(context, flags, flushed)
}
