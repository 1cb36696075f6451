import { inspectTelemetry } from '@visivo/telemetry/inspect'
import type { CommandContext } from '../../context.ts'
import { TelemetryError } from '../../errors.ts'
import { telemetryHere } from './telemetry-here.ts'

/**
 * The same as `telemetryHere` for a command that tells of what telemetry keeps. Throws a TelemetryError where nobody may
 * look into that, as after `sudo visivo`: whatever is in there, it would be told that nothing waits and nothing was sent.
 * @param logs whether what was sent is looked at as well
 */
export function readableHere(
  context: CommandContext,
  { logs = true } = {},
): ReturnType<typeof telemetryHere> {
  const here = telemetryHere(context)
  const { unreadable } = inspectTelemetry(here.telemetry, here.where)
  if (!unreadable || (unreadable.isLog && !logs)) return here
  const { path, reason, advice } = unreadable
  throw new TelemetryError(`${path} can't be read (${reason}). ${advice}`)
}
