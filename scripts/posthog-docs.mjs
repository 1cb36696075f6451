// Writes docs/posthog/dashboard.json and definitions.json from the tiles and the catalogue, after a build:
// node scripts/posthog-docs.mjs           writes them
// node scripts/posthog-docs.mjs --check   fails when they are out of date, or name what no event carries
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueOf } from '../packages/telemetry/dist/docs.js'
import { ROOT } from './packages.mjs'
import { TILES } from './posthog/tiles.mjs'

const [WIDTH, HEIGHT] = [6, 5]
const catalogue = catalogueOf('visivo_version')
const known = {
  events: new Set(Object.keys(catalogue.events)),
  properties: new Set(
    [catalogue.common, ...Object.values(catalogue.events).map(({ properties }) => properties)].flatMap(
      Object.keys,
    ),
  ),
}

const check = process.argv.includes('--check')
for (const [file, content] of [
  ['dashboard.json', dashboard()],
  ['definitions.json', definitions()],
]) {
  const path = join(ROOT, 'docs/posthog', file)
  const text = `${JSON.stringify(content, null, 2)}\n`
  if (!check) writeFileSync(path, text)
  else if (JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), null, 2) !== text.trimEnd())
    complain(`docs/posthog/${file} is out of date; node scripts/posthog-docs.mjs writes it`)
}
for (const { name, query } of TILES)
  for (const [kind, word] of mentions(query))
    if (!known[kind].has(word)) complain(`"${name}" asks for ${word}, which is not in the catalogue`)

function complain(problem) {
  console.error(problem)
  process.exitCode = 1
}

/** A template as PostHog's `create_from_template_json` takes it. */
function dashboard() {
  return {
    template_name: 'Visivo telemetry',
    dashboard_description: 'How the command line and the API are used, from anonymous events.',
    dashboard_filters: {},
    tags: ['telemetry'],
    variables: [],
    tiles: TILES.map(({ name, description, query }, index) => ({
      type: 'INSIGHT',
      name,
      description,
      query,
      color: null,
      layouts: {
        sm: {
          x: (index % 2) * WIDTH,
          y: Math.floor(index / 2) * HEIGHT,
          w: WIDTH,
          h: HEIGHT,
          minW: 3,
          minH: HEIGHT,
        },
        xs: { x: 0, y: index * HEIGHT, w: 1, h: HEIGHT, minW: 1, minH: HEIGHT },
      },
    })),
  }
}

/** What PostHog shows beside an event or a property: the catalogue's own words. */
function definitions() {
  const events = Object.fromEntries(Object.entries(catalogue.events).map(([name, { when }]) => [name, when]))
  const properties = new Map(Object.entries(catalogue.common).map(([name, { why }]) => [name, [['', why]]]))
  for (const [event, spec] of Object.entries(catalogue.events))
    for (const [name, { why }] of Object.entries(spec.properties))
      properties.set(name, [...(properties.get(name) ?? []), [event, why]])
  return { events, properties: Object.fromEntries([...properties].map(([name, all]) => [name, joined(all)])) }
}

/** PostHog has one description for a property, whichever event carries it. */
function joined(reasons) {
  const different = new Set(reasons.map(([, why]) => why))
  if (different.size === 1) return reasons[0][1]
  return reasons.map(([event, why]) => `${event}: ${why}`).join(' ')
}

/** Every event and property that a query names, also in its SQL. */
function mentions(value, key = '') {
  if (Array.isArray(value)) return value.flatMap((item) => mentions(item, key))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => mentions(inner, name))
  if (typeof value !== 'string') return []
  if (key === 'event') return [['events', value]]
  if (['math_property', 'breakdown', 'key'].includes(key)) return [['properties', value]]
  if (!['query', 'math_hogql'].includes(key)) return []
  const compared = [...value.matchAll(/event (?:=|IN) (\('[^)]*\)|'[^']*')/g)].flatMap(([, names]) =>
    [...names.matchAll(/'([^']*)'/g)].map(([, name]) => ['events', name]),
  )
  return [...compared, ...[...value.matchAll(/properties\.(\w+)/g)].map(([, name]) => ['properties', name])]
}
