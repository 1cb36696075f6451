import { sanitizeCommand } from '@visivo/sanitize'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { commandSpecOf } from '../src/commander.ts'
import { testCake } from './cli-cases.ts'

testCake('commander')

test.each([
  ['a hidden command and a hidden flag are declared, too', ['taste', '--raw'], 'taste', ['--raw']],
  ['so is the help that commander adds', ['help', 'bake'], 'help', ['<value>']],
  ['and its flag, by the names that it was given', ['bake', '-x'], 'bake', ['-x']],
  [
    'its value is not a command, though it is called so',
    ['--mood', 'bake', 'taste'],
    'taste',
    ['--mood', '<value>'],
  ],
  ['nor are several', ['--tins', 'bake', 'taste'], '<none>', ['--tins', '<value>', '<value>']],
  ['a flag with an optional value leaves a flag alone', ['bake', '--dry', '-x'], 'bake', ['--dry', '-x']],
])('%s', (_sentence, argv, command, args) => {
  const program = new Command('cake')
    .helpOption('-x, --explain')
    .option('--mood [mood]')
    .option('--tins <tin...>')
  program.command('taste', { hidden: true }).option('--raw')
  program.command('bake').option('--dry [how]').helpOption('-x, --explain')
  expect(sanitizeCommand(argv, commandSpecOf(program))).toEqual({ command, args })
})

test.each([
  ['nothing', [], 'serve', []],
  ['a flag of the default', ['--port', '80'], 'serve', ['--port', '<value>']],
  ['a word that names nothing', ['./site'], 'serve', ['<path>']],
  ['the default by its name', ['serve', './site'], 'serve', ['<path>']],
  ['another command', ['bake'], 'bake', []],
])('%s runs what is recorded, where a command is the default', (_sentence, argv, command, args) => {
  const ran: string[] = []
  const program = new Command('cake')
  program.command('bake').action(() => void ran.push('bake'))
  program
    .command('serve [site]', { isDefault: true })
    .option('--port <port>')
    .action(() => void ran.push('serve'))
  program.parse(argv, { from: 'user' })
  expect(ran).toEqual([command])
  expect(sanitizeCommand(argv, commandSpecOf(program))).toEqual({ command, args })
})

test('the flag that asks for the version is known as one by any name', () => {
  const program = new Command('cake').version('1.2.3', '-v, --vers').option('-q, --quiet')
  const names = commandSpecOf(program).options?.map((option) => option.names)
  expect(names?.slice(0, 2)).toEqual([
    ['-v', '--vers', '--version'],
    ['-q', '--quiet'],
  ])
})

test('the flag that asks for help is known as one by any name', () => {
  const spec = commandSpecOf(new Command('cake').option('-q, --quiet').helpOption('-x, --explain'))
  expect(spec.options?.at(-1)?.names).toEqual(['-x', '--explain', '--help'])
})

test('a program that takes words itself has no unknown command', () => {
  const program = new Command('cake').argument('[recipe]')
  program.command('bake')
  expect(sanitizeCommand(['./recipe'], commandSpecOf(program))).toEqual({
    command: '<none>',
    args: ['<path>'],
  })
  expect(sanitizeCommand(['bake'], commandSpecOf(program))).toEqual({ command: 'bake', args: [] })
})

test('a program that does something without a word is used by a bare run, and a word that names no command is unknown', () => {
  const program = new Command('cake').action(() => {})
  program.command('bake')
  const spec = commandSpecOf(program)
  expect(spec.default?.name).toBe('')
  expect(sanitizeCommand([], spec).command).toBe('<none>')
  expect(sanitizeCommand(['bkae'], spec).command).toBe('<unknown>')
})

test.each([[['hulp']], [['hulp', 'bake']], [['oven', 'hulp', 'heat']]])(
  'help by another name asks as `help` does: %j',
  (argv) => {
    const program = new Command('cake').helpCommand('hulp [command]')
    program.command('bake')
    program.command('oven').helpCommand('hulp [command]').command('heat')
    expect(sanitizeCommand(argv, commandSpecOf(program)).command).toBe('help')
  },
)

test('a question to an older commander, which keeps its arguments elsewhere, is one, too, and its commands have their names', () => {
  const program = aged(new Command('cake').argument('[recipe]').version('1.2.3'))
  aged(program.command('bake').argument('<recipe>').option('--layers <number>'))
  const spec = commandSpecOf(program)
  expect(sanitizeCommand(['--help'], spec).args).toEqual(['--help'])
  expect(sanitizeCommand(['bake', 'jane', '--layers', '3'], spec)).toEqual({
    command: 'bake',
    args: ['<value>', '--layers', '<value>'],
  })
  expect(sanitizeCommand(['jane'], spec)).toEqual({ command: '<none>', args: ['<value>'] })
})

/** As it is up to commander 10. */
function aged(command: Command): Command {
  return Object.assign(command, { _args: command.registeredArguments, registeredArguments: undefined })
}
