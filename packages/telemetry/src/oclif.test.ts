import { sanitizeCommand } from '@visivo/sanitize'
import { expect, test } from 'vitest'
import { commandSpecOf } from './oclif.ts'

const plain = { aliases: [], hiddenAliases: [], args: {}, strict: true, pluginType: 'core' }
const quick = { name: 'quick', type: 'boolean' }
const bake = { ...plain, id: 'bake', flags: { quick } }
const commands = [
  bake,
  { ...plain, id: 'slice', aliases: ['cut cake'], flags: {} },
  { ...plain, id: 'oven', strict: false, flags: {} },
  { ...plain, id: 'oven:heat', flags: {} },
  { ...plain, id: 'mix', pluginType: undefined, flags: {} },
]
const asks = { additionalHelpFlags: ['-h'], additionalVersionFlags: ['-v'] }
/** What oclif hands over, as far as it is asked. */
const cake = { bin: 'cake', pjson: { oclif: asks }, topicSeparator: ' ', commands }

test.each<[string, object, readonly string[], string, readonly string[]]>([
  ['a question for help by another name', {}, ['-h'], '<none>', ['-h']],
  ['one for the version', {}, ['-v'], '<none>', ['-v']],
  [
    'the flags of a program that is one command',
    { isSingleCommandCLI: true, commands: [bake] },
    ['jane', '--quick'],
    '<none>',
    ['<value>', '--quick'],
  ],
  ['a word of a command that takes any, and is a topic, too', {}, ['oven', 'jane'], 'oven', ['<value>']],
  ['an alias with a space', {}, ['cut', 'cake'], 'slice', []],
  ['no negation of a flag that has none', {}, ['bake', '--no-quick'], 'bake', ['<flag>']],
  ['a command of a version that tells no kind of plugin', {}, ['mix'], 'mix', []],
])('oclif declares %s', (_sentence, more, argv, command, args) => {
  const spec = Reflect.apply(commandSpecOf, undefined, [{ ...cake, ...more }])
  expect(sanitizeCommand(argv, spec)).toEqual({ command, args })
})
