import { expect, test } from 'vitest'
import { MissingVariableError, ProjectParseError } from '../errors.ts'
import { normalizeVariables, refuseOtherJinja, resolveVariables } from './environment.ts'

const PLACE = { file: 'sources.yml', line: 7 }
const ENV = { NAME: 'value', EMPTY: '' }

test.each([
  ['the short form', 'a ${env.NAME} b', 'a value b'],
  ['blanks inside', '${ env.NAME }', 'value'],
  ["Jinja's form", "{{ env_var('NAME') }}", 'value'],
  ["Jinja's form with double quotes and no blanks", '{{env_var("NAME")}}', 'value'],
  ['two of them', '${env.NAME}/${env.NAME}', 'value/value'],
  ['an empty value', '[${env.EMPTY}]', '[]'],
  ['a value is not looked into again', '${env.NAME}${ref(x)}', 'value${ref(x)}'],
])('%s: %s', (_case, text, expected) => {
  expect(resolveVariables(normalizeVariables(text), ENV, PLACE)).toBe(expected)
})

test('a variable that is not set is named, with the place and without any value', () => {
  const resolve = () => resolveVariables('${env.NAME}${env.TOKEN}', ENV, PLACE)
  expect(resolve).toThrow(MissingVariableError)
  expect(resolve).toThrow(/^sources\.yml:7: the environment variable TOKEN is not set/)
})

test('other uses of env_var are refused, not passed on', () => {
  expect(() => refuseOtherJinja("{{ env_var('NAME', 'default') }}", PLACE)).toThrow(ProjectParseError)
})
