import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BEHIND_A_SHELL, runAs, temporaryDirectory } from '../test/samples.ts'
import { followCommand } from './follow-command.ts'
import { inspectTelemetry } from './inspect.ts'
import { createTelemetry } from './telemetry.ts'
import { lookAround } from './world.ts'

test('an environment that may not be read is off, and no error for the host', () => {
  const home = temporaryDirectory()
  const refuse = () => {
    // As Deno does where a program has no `--allow-env`.
    throw new Error('Requires env access, run again with the --allow-env flag')
  }
  const telemetry = createTelemetry({ version: '1.2.3', home, env: new Proxy({}, { get: refuse }) })
  followCommand(telemetry, ['run'], { name: 'tool' }).ended()
  const reason = "the environment: can't be read"
  expect(telemetry.consent()).toEqual({ recording: false, because: reason })
  // Who asks for the status is told the same, and not by an error.
  expect(inspectTelemetry(telemetry)).toMatchObject({ recording: false, reason })
  expect(readdirSync(home)).toEqual([])
})

const WITHOUT_TERMINAL = { ...BEHIND_A_SHELL, isTTY: false }

test.each<[string, Readonly<Record<string, string>>, boolean, Partial<typeof WITHOUT_TERMINAL>?]>([
  ['CI', { CI: 'true' }, true],
  ['a service of systemd', { SYSTEMD_EXEC_PID: String(BEHIND_A_SHELL.pid) }, true],
  ['a script that is one', { SYSTEMD_EXEC_PID: String(BEHIND_A_SHELL.ppid) }, true],
  ['a terminal that is one, with a shell in between', { SYSTEMD_EXEC_PID: '1' }, false],
  ['a container, as its first process', {}, true, { pid: 1, ppid: 0 }],
  ['a container, run by its first process', {}, true, { ppid: 1 }],
  ['a container that goes on, from outside', {}, false, { ppid: 0 }],
  ['a shell that is the first process of a container', {}, false, { ppid: 1, isTTY: true }],
  ['a terminal by which somebody runs a first process', {}, true, { pid: 1, isTTY: true }],
  ['a terminal', {}, false],
])('whether the courier ends with the command: in %s', (_says, env, ends, how = {}) => {
  const { isTTY, ...ids } = { ...WITHOUT_TERMINAL, ...how }
  runAs(ids)
  const stderr = () => ({ isTTY, write: () => {} })
  expect(lookAround({ env: { CI: 'false', ...env }, stderr }).endsCouriers).toBe(ends)
})

test.each(['', '0', 'false', 'no', 'OFF', ' off '])(
  'who sets the debug mode to %j wants none of it: what is recorded is kept and sent',
  (value) => {
    expect(lookAround({ env: { VISIVO_TELEMETRY_DEBUG: value } }).debug).toBe(false)
  },
)
