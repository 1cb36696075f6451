export { renderSchema } from './docs/render-schema.ts'
export { renderTelemetryTable } from './docs/render-table.ts'
export { ENVELOPE, STAMPED, type WireField } from './docs/wire-fields.ts'
export { catalogueOf, EVENTS, SCHEMA_VERSION, STAMPS } from './events.ts'
