import { statSync } from 'node:fs'
import { turnOff, turnOn } from '@visivo/telemetry/control'
import type { CommandContext } from '../../context.ts'
import { NOWHERE, ProjectNotFoundError } from '../../errors.ts'
import { printOutcome } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** The flags of `on` and `off`. */
export interface SwitchFlags extends TelemetryFlags {
  readonly project?: boolean
}

/** `visivo telemetry on`. */
export async function on(flags: SwitchFlags, context: CommandContext): Promise<void> {
  const { telemetry, where } = telemetryHere(context)
  printOutcome(context, flags, turnOn(telemetry, { project: projectOf(flags, context), where }))
}

/** `visivo telemetry off`. */
export async function off(flags: SwitchFlags, context: CommandContext): Promise<void> {
  const { telemetry } = telemetryHere(context)
  printOutcome(context, flags, turnOff(telemetry, { project: projectOf(flags, context) }))
}

/** Throws a ProjectNotFoundError where there is no such directory: the project above it is not the one that was meant. */
function projectOf({ project }: SwitchFlags, { workingDirectory }: CommandContext): string | undefined {
  if (!project) return undefined
  if (workingDirectory === '') throw new ProjectNotFoundError(NOWHERE)
  if (!statSync(workingDirectory, { throwIfNoEntry: false })?.isDirectory())
    throw new ProjectNotFoundError(`${workingDirectory} is not a directory. Check --working-dir.`)
  return workingDirectory
}
