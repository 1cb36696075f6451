import { type Catalogue, catalogueOf, type PropertySpec, STAMPS } from '@visivo/telemetry'
import type { CommandContext } from '../../context.ts'
import { print, renderColumns } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry schema`: the catalogue, as a table or as it is. */
export async function schema(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const { telemetry } = telemetryHere(context)
  const catalogue = catalogueOf(telemetry.world.product.versionProperty)
  print(context, flags, { ...catalogue, stamps: STAMPS }, renderCatalogue(catalogue))
}

function renderCatalogue({ events, common }: Catalogue): string {
  const own = Object.entries(events).map(
    ([name, { when, properties }]) => `${name}: ${when}\n${renderProperties(properties)}\n`,
  )
  const stamps = Object.entries(STAMPS).map(([name, { value, why }]) => [name, `${value}. ${why}`])
  return `${own.join('')}With every event:\n${renderProperties(common)}${renderColumns(stamps)}`
}

function renderProperties(properties: Readonly<Record<string, PropertySpec>>): string {
  return renderColumns(Object.entries(properties).map(([name, { why }]) => [name, why]))
}
