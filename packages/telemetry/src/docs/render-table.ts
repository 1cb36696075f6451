import { type Catalogue, catalogueOf, type PropertySpec } from '../events.ts'
import { ENVELOPE, STAMPED, type WireField } from './wire-fields.ts'

type Row = readonly [name: string, holds: string, why: string]

/**
 * The catalogue as Markdown, for the users of a program: a table for every event and one for what all of them
 * carry, each property with an example and the reason for it. Nothing else leaves the machine.
 * @param catalogue of a product of your own: `catalogueOf('acme_version', events)`
 */
export function renderTelemetryTable(catalogue: Catalogue = catalogueOf('visivo_version')): string {
  const events = Object.entries(catalogue.events).map(([name, { when, properties }]) =>
    section(`\`${name}\``, when, Object.entries(properties).map(propertyRow)),
  )
  const common = section(
    'Every event',
    'Beside its own properties, every event carries these.',
    Object.entries(catalogue.common).map(propertyRow),
  )
  const wire = section('What PostHog needs', 'The frame of every event, and the properties with a `$`.', [
    ...Object.entries(ENVELOPE).map(fieldRow),
    ...Object.entries(STAMPED).map(fieldRow),
  ])
  return [...events, common, wire].join('\n\n')
}

function section(title: string, when: string, rows: readonly Row[]): string {
  const table = [['property', 'for example', 'why'], ['---', '---', '---'], ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  )
  return [`### ${title}`, '', when, ...(rows.length > 0 ? ['', ...table] : [])].join('\n')
}

function propertyRow([name, spec]: readonly [string, PropertySpec]): Row {
  return [
    `\`${name}\``,
    holds(spec),
    spec.optional ? `${spec.why} Left out where it does not apply.` : spec.why,
  ]
}

function fieldRow([name, { example, why }]: readonly [string, WireField]): Row {
  return [`\`${name}\``, code(example), why]
}

function holds(spec: PropertySpec): string {
  if (spec.type === 'boolean') return '`true` or `false`'
  if ('values' in spec) return `one of ${spec.values.map(code).join(', ')}`
  const kinds = spec.type === 'counts' ? ` (of ${spec.keys.join(', ')})` : ''
  return `${spec.example === undefined ? WORDS[spec.type] : code(spec.example)}${kinds}`
}

const WORDS = {
  text: 'a text of one shape',
  list: 'a list of such texts',
  integer: 'a whole number',
  counts: 'numbers',
} as const

function code(example: unknown): string {
  const text =
    typeof example === 'string' ? example : JSON.stringify(example).replaceAll(/([,:])(?=\S)/g, '$1 ')
  return `\`${text}\``
}
