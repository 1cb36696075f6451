import type { Telemetry, Where } from '@visivo/telemetry'
import type { CommandContext, CommonOptions } from '../../context.ts'
import { createVisivoTelemetry, whereOf } from '../../telemetry.ts'

/** The flags of `visivo telemetry` and of every command below it. */
export interface TelemetryFlags extends CommonOptions {
  readonly json?: boolean
}

/** The telemetry that the commands here would have, and the place that may switch it off. Records nothing. */
export function telemetryHere(context: CommandContext): {
  readonly telemetry: Telemetry
  readonly where: Where
} {
  return { telemetry: createVisivoTelemetry(), where: whereOf(context) }
}
