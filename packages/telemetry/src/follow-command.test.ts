import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { guard, temporaryDirectory } from '../test/samples.ts'
import { MOST_MILLISECONDS } from './events.ts'
import { followCommand, type RunningCommand } from './follow-command.ts'
import type { StoredEvent } from './guard.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { createTelemetry } from './telemetry.ts'

const DAY = 86_400_000_000_000n

/** The command that somebody runs who has this home, and that `end` ends, as it is recorded. */
function recordedIn(home: string, end: (running: RunningCommand) => void): StoredEvent | undefined {
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const env = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', home, env, stderr: () => ({ write: () => {} }) })
  const running = followCommand(telemetry, ['serve'], { name: 'visivo', commands: [{ name: 'serve' }] })
  end(running)
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  const events = outbox.waiting().map((name) => outbox.read(name))
  return events.find((event) => event?.event === 'cli_command')
}

/** The command as it is recorded when the clock was `replaced` meanwhile. */
function recorded(replaced: (real: bigint) => () => bigint): StoredEvent | undefined {
  const home = temporaryDirectory()
  return recordedIn(home, (running) => {
    const clock = vi.spyOn(process.hrtime, 'bigint').mockImplementation(replaced(process.hrtime.bigint()))
    running.ended({ where: { projectDirectory: home } })
    clock.mockRestore()
  })
}

test.each<[string, (real: bigint) => () => bigint, number]>([
  [
    'that ran for longer than the longest duration, as a server may, is recorded with that',
    (real) => () => real + 32n * DAY,
    MOST_MILLISECONDS,
  ],
  ['that a test has given a clock which began later is recorded, as if it took no time', () => () => 0n, 0],
  [
    'that a test has left without a clock is recorded, as if it took no time',
    () => () => {
      throw new TypeError('not a function')
    },
    0,
  ],
])('a command %s', (_sentence, replaced, milliseconds) => {
  expect(recorded(replaced)?.properties.duration_ms).toBe(milliseconds)
})

test.each([
  ['in a project that opted out is not recorded, though the program has left it since', 'shop', '.', false],
  ['whose program went into a project that opted out is not recorded', '.', 'shop', false],
  ['whose program went elsewhere is recorded', '.', 'attic', true],
])('a command %s', (_sentence, from, to, isRecorded) => {
  const home = temporaryDirectory()
  for (const name of ['shop', 'attic']) mkdirSync(join(home, name))
  writeFileSync(join(home, 'shop', visivo.projectFile), 'defaults:\n  telemetry_enabled: false\n')
  const before = process.cwd()
  onTestFinished(() => process.chdir(before))
  process.chdir(join(home, from))
  const event = recordedIn(home, (running) => {
    process.chdir(join(home, to))
    running.ended()
  })
  expect(event !== undefined).toBe(isRecorded)
})
