import { type Catalogue, catalogueOf, type EventSpec, type PropertySpec } from '../events.ts'
import { ENVELOPE, STAMPED } from './wire-fields.ts'

type Schema = Readonly<Record<string, unknown>>

/**
 * The catalogue as a JSON Schema (draft 2020-12) of one event as PostHog gets it, for machines: what it does not
 * describe is not sent. The text of a file, with a line break at its end.
 * @param catalogue of a product of your own: `catalogueOf('acme_version', events)`
 */
export function renderSchema(catalogue: Catalogue = catalogueOf('visivo_version')): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An event of the telemetry, as PostHog gets it',
    oneOf: Object.entries(catalogue.events).map(([name, event]) => eventSchema(catalogue, name, event)),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function eventSchema(catalogue: Catalogue, name: string, { when, properties }: EventSpec): Schema {
  const specs = Object.entries({ ...properties, ...catalogue.common })
  const listed = {
    ...Object.fromEntries(specs.map(([property, spec]) => [property, propertySchema(spec)])),
    ...wireFields(STAMPED),
  }
  const always = specs.filter(([, { optional }]) => !optional).map(([property]) => property)
  const envelope = {
    ...wireFields(ENVELOPE),
    event: { const: name },
    properties: closed(listed, [...always, ...Object.keys(STAMPED)]),
  }
  return { title: name, description: when, ...closed(envelope, Object.keys(envelope)) }
}

function closed(properties: Schema, required: readonly string[]): Schema {
  return { type: 'object', properties, required, additionalProperties: false }
}

function wireFields(fields: typeof ENVELOPE): Schema {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { why, schema }]) => [name, { description: why, ...schema }]),
  )
}

function propertySchema(spec: PropertySpec): Schema {
  return { description: spec.why, ...valueSchema(spec) }
}

function valueSchema(spec: PropertySpec): Schema {
  switch (spec.type) {
    case 'text':
      return 'values' in spec ? { enum: spec.values } : textSchema(spec.shape)
    case 'list':
      return { type: 'array', items: textSchema(spec.shape), ...bound('maxItems', spec.most) }
    case 'integer':
      return countSchema(spec.most)
    case 'boolean':
      return { type: 'boolean' }
    case 'counts':
      return closed(Object.fromEntries(spec.keys.map((key) => [key, countSchema(spec.most)])), [])
  }
}

function textSchema(shape: string): Schema {
  return { type: 'string', pattern: `^(?:${shape})$` }
}

function countSchema(most: number): Schema {
  return { type: 'integer', minimum: 0, ...bound('maximum', most) }
}

/** None for `Infinity`, which JSON has no word for. */
function bound(keyword: 'maximum' | 'maxItems', most: number): Schema {
  return Number.isFinite(most) ? { [keyword]: most } : {}
}
