import { expect, test } from 'vitest'
import { checksum } from './checksum.ts'
import { catalogueOf, commonProperties, EVENTS, EVENTS_EDITION, editionOf } from './events.ts'

const cake = { when: 'A cake was baked.', properties: {} }

test('the edition that is written down is that of the events: a version that knows more has another', () => {
  const now = checksum(JSON.stringify([EVENTS, commonProperties('version')]))
  expect(EVENTS_EDITION, 'and if more is collected than before, SCHEMA_VERSION is raised').toBe(now)
})

test('catalogues have one edition exactly when they are alike', () => {
  const editions = [
    catalogueOf('cake_version'),
    catalogueOf('visivo_version'),
    catalogueOf('cake_version', { cake }),
    catalogueOf('cake_version', { cake: { ...cake, when: 'A cake was eaten.' } }),
    catalogueOf('cake_version', { cake, pie: cake }),
  ].map(editionOf)
  expect(new Set(editions).size).toBe(editions.length)
  expect(editionOf(catalogueOf('cake_version', { cake }))).toBe(editions[2])
})
