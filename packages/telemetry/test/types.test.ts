import { type Safe, sanitizeCommand, sanitizeRoute, VALUE } from '@visivo/sanitize'
import { describe, expectTypeOf, test } from 'vitest'
import type { EVENTS, EventSpec, PropertiesOf } from '../src/events.ts'
import type { FollowedServer } from '../src/follow-server.ts'
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

  test('an adopter’s own events are no different', () => {
    const events = {
      cake_baked: { when: 'A cake was baked.', properties: { tin: { type: 'text', shape: '.*', why: '' } } },
    } as const satisfies Readonly<Record<string, EventSpec>>
    const record = () => {
      const telemetry = createTelemetry({ version: '1.0.0', events })
      telemetry.record('cake_baked', { tin: VALUE })
      // @ts-expect-error text as it was typed
      telemetry.record('cake_baked', { tin: typed })
    }
    expectTypeOf(record).toBeFunction()
  })
})
