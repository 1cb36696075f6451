import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '../src/program.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

const program = createProgram({
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  onCommand: () => {},
  onInvocation: () => {},
})

/** The rows of the README's tables whose first cell is code that starts so: the code, and the rest of the row. */
function rowsOf(start: RegExp): ReadonlyMap<string, string> {
  const rows = [...README.matchAll(/^\| `([^`]+)`([^|]*\|.*)\|$/gm)]
  return new Map(
    rows.filter(([, code = '']) => start.test(code)).map(([, code = '', rest = '']) => [code, rest]),
  )
}

const telemetry = program.commands.find((command) => command.name() === 'telemetry')
const below = telemetry?.commands ?? []

test('the README lists every command below telemetry, and no other', () => {
  const listed = [...rowsOf(/^visivo telemetry /).keys()].map((code) => code.replace('visivo telemetry ', ''))
  expect(listed).toEqual(below.map((command) => command.name()))
})

test.each(below.map((command): [string, Command] => [command.name(), command]))(
  'the README lists the aliases and flags of telemetry %s',
  (name, command) => {
    const row = rowsOf(/^visivo telemetry /).get(`visivo telemetry ${name}`)
    for (const alias of command.aliases()) expect(row).toContain(`\`${alias}\``)
    for (const { long } of command.options) expect(row).toContain(`\`${long}`)
  },
)

test('the README lists every command', () => {
  for (const command of program.commands) expect(README).toContain(`\`${command.name()}`)
})
