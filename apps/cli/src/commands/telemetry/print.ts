import { printable } from '@visivo/api/printable'
import type { Outcome } from '@visivo/telemetry/control'
import type { CommandContext } from '../../context.ts'
import { TelemetryError } from '../../errors.ts'
import type { TelemetryFlags } from './telemetry-here.ts'

/** Prints a value as JSON when it was asked for, and else the text. */
export function print(context: CommandContext, { json }: TelemetryFlags, value: unknown, text: string): void {
  context.stdout.write(printable(json ? `${JSON.stringify(value, null, 2)}\n` : text))
}

/** Prints what was done. Throws a TelemetryError that says it when it could not be done. */
export function printOutcome(context: CommandContext, flags: TelemetryFlags, outcome: Outcome): void {
  const text = outcome.says.join('\n')
  if (flags.json || outcome.ok) print(context, flags, outcome, `${text}\n`)
  if (!outcome.ok) throw new TelemetryError(text)
}

/** `2026-01-31 10:00:00 UTC`. */
export function renderTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

/** Rows of cells as aligned columns, two spaces apart, each line indented; the last column is not padded. */
export function renderColumns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${indent}${line.trimEnd()}\n`)
    .join('')
}
