import type { CommandContext } from '../../context.ts'
import { TelemetryError } from '../../errors.ts'
import type { TelemetryFlags } from './telemetry-here.ts'

/** The flags of `view`. */
export interface ViewFlags extends TelemetryFlags {
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number
  readonly open: boolean
}

/** `visivo telemetry view`. */
export async function view(_flags: ViewFlags, _context: CommandContext): Promise<void> {
  throw new TelemetryError('The page is not in this build. See visivo telemetry and visivo telemetry log.')
}
