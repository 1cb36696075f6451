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
  ['a flag with an optional value leaves a flag alone', ['bake', '--dry', '-x'], 'bake', ['--dry', '-x']],
])('%s', (_sentence, argv, command, args) => {
  const program = new Command('cake').helpOption('-x, --explain')
  program.command('taste', { hidden: true }).option('--raw')
  program.command('bake').option('--dry [how]').helpOption('-x, --explain')
  expect(sanitizeCommand(argv, commandSpecOf(program))).toEqual({ command, args })
})
