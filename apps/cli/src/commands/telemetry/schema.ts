import type { Catalogue, PropertySpec } from '@visivo/telemetry'
import { catalogueOf, ENVELOPE, STAMPED, type WireField } from '@visivo/telemetry/docs'
import type { CommandContext } from '../../context.ts'
import { print, renderColumns } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry schema`: the catalogue and all that stands around it, as a table or as it is. */
export async function schema(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const { telemetry } = telemetryHere(context)
  const catalogue = catalogueOf(telemetry.world.product.versionProperty)
  print(context, flags, { ...catalogue, envelope: ENVELOPE, stamps: STAMPED }, renderCatalogue(catalogue))
}

function renderCatalogue({ events, common }: Catalogue): string {
  const own = Object.entries(events).map(
    ([name, { when, properties }]) => `${name}: ${when}\n${renderColumns(rowsOf(properties))}\n`,
  )
  const wire = Object.entries({ ...ENVELOPE, ...STAMPED }).map(fixedRow)
  return `${own.join('')}With every event:\n${renderColumns([...rowsOf(common), ...wire])}`
}

function fixedRow([name, { why, schema }]: readonly [string, WireField]): readonly string[] {
  return [name, 'const' in schema ? `${schema.const}. ${why}` : why]
}

function rowsOf(properties: Readonly<Record<string, PropertySpec>>): readonly (readonly string[])[] {
  return Object.entries(properties).map(([name, { why }]) => [name, why])
}
