export { defineProduct, type Product } from '@visivo/telemetry-config'
export type { Consent, Where } from './consent.ts'
export {
  type Catalogue,
  catalogueOf,
  EVENTS,
  type EventSpec,
  type PropertySpec,
  SCHEMA_VERSION,
  STAMPS,
} from './events.ts'
export { type CommandOutcome, followCommand, type RunningCommand } from './follow-command.ts'
export { createTelemetry, type Extras, type Telemetry, type TelemetryOptions } from './telemetry.ts'
export type { Terminal, World } from './world.ts'
