import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PROJECT_SALT, projectHash } from './project-hash.ts'

interface Vectors {
  readonly salt: string
  readonly vectors: readonly (readonly [name: string, hash: string])[]
}

const file = new URL('../test/vectors.json', import.meta.url)
const { salt, vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors

describe('the hashes of the Python client', () => {
  test('are made with the same salt', () => {
    expect(PROJECT_SALT).toBe(salt)
  })

  test.each(vectors)('are the same for %j', (name, hash) => {
    expect(projectHash(name)).toBe(hash)
  })
})

test.each([
  ['a missing name', undefined],
  ['an empty name', ''],
])('%s has no hash', (_, name) => {
  expect(projectHash(name)).toBeUndefined()
})

test("another salt gives another tool's hash, and the same name the same hash again", () => {
  const hash = projectHash('coffee_facts', 'acme-telemetry-v1')
  expect(hash).toMatch(/^[0-9a-f]{16}$/)
  expect(hash).not.toBe(projectHash('coffee_facts'))
  expect(projectHash('coffee_facts', 'acme-telemetry-v1')).toBe(hash)
})

test('a name counts as it is written, as the Python client has it: an accent may be a character of its own', () => {
  expect(projectHash('cafe\u0301')).not.toBe(projectHash('caf\u00e9'))
})
