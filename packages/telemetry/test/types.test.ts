import { type Safe, sanitizeCommand, sanitizeRoute, VALUE } from '@visivo/sanitize'
import type { Command } from 'commander'
import { describe, expectTypeOf, test } from 'vitest'
import { commandSpecOf } from '../src/commander.ts'
import type { EVENTS, EventSpec, PropertiesOf } from '../src/events.ts'
import { followProcess } from '../src/follow-process.ts'
import { type FollowedServer, followServer } from '../src/follow-server.ts'
import { inspectTelemetry } from '../src/inspect.ts'
import { createTelemetry, type Telemetry } from '../src/telemetry.ts'

// The compiler is the one that tests here: `tsc` fails when a line below an expected error has none.
type CliCommand = PropertiesOf<(typeof EVENTS)['cli_command']>
type ApiRequest = PropertiesOf<(typeof EVENTS)['api_request']>

const { command, args } = sanitizeCommand(['run'], { name: 'tool', commands: [{ name: 'run' }] })
const typed: string = process.argv[2] ?? ''
const good = { command, command_args: args, duration_ms: 1, success: true } as const

describe('an event takes no text that nobody made safe', () => {
  test('every text of the catalogue is Safe', () => {
    expectTypeOf<CliCommand['command']>().toEqualTypeOf<Safe>()
    expectTypeOf<CliCommand['command_args']>().toEqualTypeOf<readonly Safe[]>()
    expectTypeOf<CliCommand['error_type']>().toEqualTypeOf<Safe | undefined>()
    expectTypeOf<CliCommand['project_hash']>().toEqualTypeOf<Safe | undefined>()
    expectTypeOf<ApiRequest['endpoint']>().toEqualTypeOf<Safe>()
    expectTypeOf<ApiRequest['method']>().toEqualTypeOf<Safe>()
    expectTypeOf<string>().not.toExtend<Safe>()
    expectTypeOf<'run'>().not.toExtend<Safe>()
    expectTypeOf<`${Safe}`>().not.toExtend<Safe>()
  })

  test('recording', () => {
    const record = (telemetry: Telemetry, server: FollowedServer) => {
      telemetry.record('cli_command', good)
      // @ts-expect-error text as it was typed
      telemetry.record('cli_command', { command: 'x' })
      // @ts-expect-error text as it was typed, beside all else that has to be there
      telemetry.record('cli_command', { ...good, command: typed })
      // @ts-expect-error one of several
      telemetry.record('cli_command', { ...good, command_args: [VALUE, typed] })
      // @ts-expect-error safe text with other text around it is no longer safe
      telemetry.record('cli_command', { ...good, command: `${command} ${typed}` })
      // @ts-expect-error an error's message
      telemetry.record('cli_command', { ...good, error_type: new Error(typed).message })
      // @ts-expect-error the name of a project
      telemetry.record('cli_command', { ...good, project_hash: typed })
      // @ts-expect-error a property that is not in the catalogue
      telemetry.record('cli_command', { ...good, user: command })
      // @ts-expect-error a count of something that is not in the catalogue
      telemetry.record('cli_command', { ...good, object_counts: { secrets: 1 } })
      // @ts-expect-error an event that is not in the catalogue
      telemetry.record('page_view', {})
      // @ts-expect-error a path in place of a route
      server.request({ endpoint: typed, method: VALUE, statusCode: 200, durationMs: 1 })
      server.request({ endpoint: sanitizeRoute(typed), method: VALUE, statusCode: 200, durationMs: 1 })
    }
    expectTypeOf(record).toBeFunction()
  })

  test('nor one of which the compiler knows only that it is one of several', () => {
    const record = (telemetry: Telemetry, name: 'cli_command' | 'new_installation') => {
      telemetry.record(name, good)
      // @ts-expect-error text as it was typed
      telemetry.record(name, { ...good, command: typed })
      // @ts-expect-error the same, made only if it is wanted
      telemetry.record(name, () => ({ ...good, command: typed }))
      // @ts-expect-error text as it was typed, and nothing else that has to be there
      telemetry.record(name, { command: typed })
    }
    expectTypeOf(record).toBeFunction()
  })

  test('an adopter’s own events are no different', () => {
    const record = (typedList: readonly string[]) => {
      const telemetry = createTelemetry({
        version: '1.0.0',
        events: {
          cake_baked: {
            when: 'A cake was baked.',
            properties: {
              recipe: { type: 'text', shape: '.*', why: '' },
              tin: { type: 'text', values: ['round', 'square'], optional: true, why: '' },
              shop: { type: 'text', values: typedList, optional: true, why: '' },
              aisle: { type: 'text', values: ['one', `of-${typed}`], optional: true, why: '' },
            },
          },
        },
      })
      telemetry.record('cake_baked', { recipe: VALUE, tin: 'round', aisle: 'one' })
      telemetry.record('cake_baked', () => ({ recipe: VALUE, tin: 'square', shop: VALUE, aisle: VALUE }))
      // @ts-expect-error text as it was typed
      telemetry.record('cake_baked', { recipe: typed })
      // @ts-expect-error a word of the program's own, where it declares no list
      telemetry.record('cake_baked', { recipe: 'round' })
      // @ts-expect-error a word that is not in the list
      telemetry.record('cake_baked', { recipe: VALUE, tin: 'oval' })
      // @ts-expect-error text as it was typed, in place of a word of the list
      telemetry.record('cake_baked', { recipe: VALUE, tin: typed })
      // @ts-expect-error a list of which the compiler knows no word
      telemetry.record('cake_baked', { recipe: VALUE, shop: 'soho' })
      // @ts-expect-error text as it was typed, of such a list
      telemetry.record('cake_baked', { recipe: VALUE, shop: typed })
      // @ts-expect-error text as it was typed, behind a word of the program's own
      telemetry.record('cake_baked', { recipe: VALUE, aisle: `of-${typed}` })
      // @ts-expect-error an event that is declared nowhere
      telemetry.record('cake_eaten', {})
      followServer(telemetry)
      followProcess(telemetry, { name: 'cake' })
      inspectTelemetry(telemetry)
    }
    expectTypeOf(record).toBeFunction()
  })

  test('nor are those that stand in a file of their own', () => {
    const events = {
      cake_baked: {
        when: 'A cake was baked.',
        properties: { tin: { type: 'text', values: ['round', 'square'], why: '' } },
      },
    } as const satisfies Readonly<Record<string, EventSpec>>
    const loose: Readonly<Record<string, EventSpec>> = events
    const record = () => {
      createTelemetry({ version: '1.0.0', events }).record('cake_baked', { tin: 'round' })
      // @ts-expect-error text as it was typed
      createTelemetry({ version: '1.0.0', events }).record('cake_baked', { tin: typed })
      // @ts-expect-error of events without their names, nothing is known
      createTelemetry({ version: '1.0.0', events: loose }).record('cake_baked', { tin: typed })
    }
    expectTypeOf(record).toBeFunction()
  })
})

/** As `@commander-js/extra-typings` has it: what it says of `command` is not what commander's own types say. */
type InferringCommand = Omit<Command, 'command' | 'commands'> & {
  readonly commands: readonly InferringCommand[]
  command(usage: string, options?: { readonly isDefault?: boolean }): InferringCommand
}

test('a program compiles also where other types than those of commander declare it', () => {
  type Program = Parameters<typeof commandSpecOf>[0]
  expectTypeOf<Command>().toExtend<Program>()
  expectTypeOf<InferringCommand>().toExtend<Program>()
  // @ts-expect-error a program of another framework
  expectTypeOf(() => commandSpecOf({ name: 'cake' })).toBeFunction()
})
