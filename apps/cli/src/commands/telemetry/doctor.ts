import { type Check, diagnose } from '@visivo/telemetry/diagnose'
import type { CommandContext } from '../../context.ts'
import { TelemetryError } from '../../errors.ts'
import { print } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry doctor`: what was looked at, and what to do; fails when something has to be done. */
export async function doctor(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const { telemetry, where } = telemetryHere(context)
  const checks = await diagnose(telemetry, where, context.signal)
  context.signal.throwIfAborted()
  const bad = checks.filter(({ ok }) => !ok)
  print(context, flags, { ok: bad.length === 0, checks }, checks.map(renderCheck).join(''))
  if (bad.length > 0)
    throw new TelemetryError(`${bad.length} of ${checks.length} checks found something to do.`)
}

function renderCheck({ name, ok, says, advice }: Check): string {
  const line = `${ok ? 'ok ' : 'bad'}  ${name.padEnd(8)}${says}\n`
  return advice === undefined ? line : `${line}     ${' '.repeat(8)}→ ${advice}\n`
}
