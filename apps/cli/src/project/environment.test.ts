import { expect, test } from 'vitest'
import { MissingVariableError, ProjectParseError } from '../errors.ts'
import { normalizeVariables, refuseOtherForms, resolveVariables } from './environment.ts'

const PLACE = { file: 'sources.yml', line: 7 }
const ENV = { NAME: 'value', EMPTY: '' }

test.each([
  ['the short form', 'a ${env.NAME} b', 'a value b'],
  ['blanks inside', '${ env.NAME }', 'value'],
  ["Jinja's form", "{{ env_var('NAME') }}", 'value'],
  ["Jinja's form with double quotes and no blanks", '{{env_var("NAME")}}', 'value'],
  ["Jinja's form inside double quotes of YAML's", '{{ env_var(\\"NAME\\") }}', 'value'],
  ["Jinja's form inside single quotes of YAML's", "{{ env_var(''NAME'') }}", 'value'],
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

test.each([
  ["{{ env_var('NAME', 'default') }}"],
  ['${env.NAME:-default}'],
  ['${ env.MY-NAME }'],
  ['${env.}'],
  ['${env.NAME'],
])('%s is refused, not passed on as a text', (form) => {
  const refuse = () => refuseOtherForms(`a ${form}`, PLACE)
  expect(refuse).toThrow(ProjectParseError)
  expect(refuse).toThrow(`sources.yml:7: ${form} is not supported. Write `)
})

test.each(['${env.NAME}', '${ env.NAME }', '${environment.x}', '${env}', '${ref(env.x)}'])(
  '%s is not',
  (form) => {
    expect(() => refuseOtherForms(form, PLACE)).not.toThrow()
  },
)
