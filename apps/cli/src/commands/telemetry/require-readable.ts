import { inspectTelemetry } from '@visivo/telemetry/inspect'
import { TelemetryError } from '../../errors.ts'
import type { telemetryHere } from './telemetry-here.ts'

/**
 * Throws a TelemetryError where nobody may look into what telemetry keeps, as after `sudo visivo`: whatever is in there, it
 * would be told that nothing waits and nothing was sent.
 * @param logs whether what was sent is looked at as well
 */
export function requireReadable(
  { telemetry, where }: ReturnType<typeof telemetryHere>,
  { logs = true } = {},
): void {
  const { unreadable } = inspectTelemetry(telemetry, where)
  if (!unreadable || (unreadable.isLog && !logs)) return
  const { path, reason, advice } = unreadable
  throw new TelemetryError(`${path} can't be read (${reason}). ${advice}`)
}
