export { renderSchema } from './docs/render-schema.ts'
export { renderTelemetryTable } from './docs/render-table.ts'
export { catalogueOf, EVENTS, SCHEMA_VERSION, STAMPS } from './events.ts'
