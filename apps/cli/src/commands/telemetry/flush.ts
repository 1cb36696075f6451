import { flush } from '@visivo/telemetry/flush'
import type { CommandContext } from '../../context.ts'
import { printOutcome } from './print.ts'
import { readableHere } from './readable-here.ts'
import type { TelemetryFlags } from './telemetry-here.ts'

/** `visivo telemetry flush`: sends what waits, and fails when something still waits afterwards. */
export async function flushNow(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const { telemetry, where } = readableHere(context, { logs: false })
  const flushed = await flush(telemetry, where, context.signal)
  context.signal.throwIfAborted()
  printOutcome(context, flags, flushed)
}
