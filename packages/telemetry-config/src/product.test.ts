import { expect, test } from 'vitest'
import { defineProduct, visivo } from './product.ts'

test('Visivo has the names of the existing Visivo', () => {
  expect(visivo).toEqual({
    name: 'visivo',
    envPrefix: 'VISIVO',
    directoryName: '.visivo',
    configFile: 'config.yml',
    projectFile: 'project.visivo.yml',
    salt: 'visivo-telemetry-v1',
    versionProperty: 'visivo_version',
  })
})

test("another tool's names come from its name, but for what it says itself", () => {
  expect(defineProduct({ name: 'my-tool2', projectFile: 'tool.yml', posthog: { apiKey: 'k' } })).toEqual({
    name: 'my-tool2',
    envPrefix: 'MY_TOOL2',
    directoryName: '.my-tool2',
    configFile: 'config.yml',
    projectFile: 'tool.yml',
    salt: 'my-tool2-telemetry-v1',
    versionProperty: 'my_tool2_version',
    posthog: { apiKey: 'k' },
  })
})

test('what is undefined is not given: no name, and no opt-out with it, is lost', () => {
  const unset: Readonly<Record<string, string>> = {}
  const product = defineProduct({ name: 'cake', salt: unset.CAKE_SALT, envPrefix: unset.CAKE_PREFIX })
  expect(product).toEqual(defineProduct({ name: 'cake' }))
})

test.each([
  ['nothing', ''],
  ['upper case', 'Visivo'],
  ['a digit first', '2tool'],
  ['a path', '../tool'],
  ['a dot', 'a.b'],
  ['a line end', 'tool\n'],
  ['32 characters', 'a'.repeat(32)],
])('%s is no name', (_, name) => {
  expect(() => defineProduct({ name })).toThrow(/^The name of a product is 1 to 31/)
})

test.each([
  ['no options', undefined],
  ['null', null],
  ['the name alone', 'cake'],
  ['a name that the manifest does not have', { name: undefined }],
  ['a name that is null', { name: null }],
  ['a list', { name: ['cake'] }],
])('an author without types who hands over %s is told what a name is', (_, options) => {
  expect(() => Reflect.apply(defineProduct, undefined, [options])).toThrow(
    /^The name of a product is 1 to 31/,
  )
})
