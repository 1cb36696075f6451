import { purge, reset } from '@visivo/telemetry/control'
import type { CommandContext } from '../../context.ts'
import { printOutcome } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry reset`: a new machine id. */
export async function resetId(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  printOutcome(context, flags, reset(telemetryHere(context).telemetry))
}

/** `visivo telemetry purge`: nothing of telemetry's own is left on this machine. */
export async function purgeAll(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  printOutcome(context, flags, await purge(telemetryHere(context).telemetry))
}
