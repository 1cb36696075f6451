import { readdir } from 'node:fs/promises'
import { inspectTelemetry } from '@visivo/telemetry/inspect'
import { TelemetryError } from '../../errors.ts'
import { isSystemError, reasonOf } from '../../system-error.ts'
import type { telemetryHere } from './telemetry-here.ts'

/**
 * Throws a TelemetryError where nobody may look into the directory of telemetry, as after `sudo visivo`: whatever is in
 * there, it would be told that nothing waits and nothing was sent.
 */
export async function requireReadable({ telemetry, where }: ReturnType<typeof telemetryHere>): Promise<void> {
  const { root } = inspectTelemetry(telemetry, where).places
  await readdir(root).catch((cause: unknown) => {
    if (isSystemError(cause) && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return
    throw new TelemetryError(
      `${root} can't be read (${reasonOf(cause)}). Make it your own: after sudo it is root's.`,
      { cause },
    )
  })
}
