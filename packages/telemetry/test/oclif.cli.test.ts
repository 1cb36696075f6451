import { sanitizeCommand } from '@visivo/sanitize'
import { expect, test } from 'vitest'
import { testCake } from './cli-cases.ts'
import { run } from './processes.ts'
import { temporaryDirectory } from './samples.ts'
import { fixture } from './scene.ts'

testCake('oclif', {
  // A wrong command line ends with a code of its own, and no command with the help that was wanted.
  'no such command': { code: 2 },
  'no such flag': { code: 2 },
  'no command, but a flag': { code: 2 },
  'no command': { code: 0 },
})

test.each([
  ['words with a space', ' ', ['oven', 'heat', '--degrees=1'], 'oven heat', ['--degrees=<value>']],
  ['or with a colon', ' ', ['oven:heat', '--degrees=1'], 'oven heat', ['--degrees=<value>']],
  ['an alias in another topic', ' ', ['oven', 'cut', '--quick'], 'cake slice', ['--quick']],
  ['or with a colon', ' ', ['oven:cut'], 'cake slice', []],
  ['a word in place of a topic', ' ', ['s'], 'cake slice', []],
  [
    'a word of a command that is a topic, too',
    ' ',
    ['oven', 'mine', '--quick'],
    'oven',
    ['<value>', '--quick'],
  ],
  ['a flag whose whole name is a letter', ' ', ['cake', 'slice', '--n'], 'cake slice', ['--n']],
  [
    'an alias of one letter behind either number of dashes',
    ' ',
    ['cake', 'slice', '-eE', '--e', '--E', '--no-e'],
    'cake slice',
    ['-e', '-E', '--e', '--E', '--no-e'],
  ],
  ['no word where a topic takes none', ' ', ['cake', 'mine'], 'cake <unknown>', []],
  ['only a colon, where the program wants it so', ':', ['telemetry', 'on'], 'telemetry', ['<value>']],
  ['an alias in another topic, by a colon', ':', ['oven:cut'], 'cake:slice', []],
  ['which it then is', ':', ['oven:heat'], 'oven:heat', []],
  ['an alias', ':', ['b'], 'bake', []],
  ['a command of a plugin that a person installed', ' ', ['deploy-jane'], '<unknown>', []],
])('oclif declares %s', async (_sentence, separator, argv, command, args) => {
  const home = temporaryDirectory()
  const program = [process.execPath, fixture('oclif-spec.mjs'), separator]
  const { stdout } = await run(program, { cwd: home, env: envOf(home) })
  expect(sanitizeCommand(argv, JSON.parse(stdout))).toEqual({ command, args })
})

test.each([
  ['slice cake --quick', 'cake slice', ['--quick']],
  ['slice:cake', 'cake slice', []],
  ['cake tin', 'cake tin', []],
  ['tin cake', 'tin cake', []],
  ['small cake tin', 'tin cake', []],
  ['tin small cake', 'tin cake', []],
  ['cake jane', 'cake <unknown>', []],
])(
  'words in another order, where oclif takes them so, are the command that runs: %s',
  async (line, command, args) => {
    const home = temporaryDirectory()
    const program = [process.execPath, fixture('oclif-spec.mjs'), ' ', 'in any order']
    const { stdout } = await run(program, { cwd: home, env: envOf(home) })
    expect(sanitizeCommand(line.split(' '), JSON.parse(stdout))).toEqual({ command, args })
  },
)

/** With a shell: without one oclif asks the system, which knows nothing of a user that it has no entry for. */
function envOf(home: string): Readonly<Record<string, string>> {
  return { HOME: home, USERPROFILE: home, SHELL: '/bin/sh' }
}
