import { visivo } from '@visivo/telemetry-config'
import { expect, test, vi } from 'vitest'
import { guard, temporaryDirectory } from '../test/samples.ts'
import { MOST_MILLISECONDS } from './events.ts'
import { followCommand } from './follow-command.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
import { createTelemetry } from './telemetry.ts'

const DAY = 86_400_000_000_000n

test('a command that ran for longer than the longest duration, as a server may, is recorded with that', () => {
  const home = temporaryDirectory()
  const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }
  const env = { VISIVO_POSTHOG_HOST: destination.host, VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', home, env, stderr: () => ({ write: () => {} }) })
  const running = followCommand(telemetry, ['serve'], { name: 'visivo', commands: [{ name: 'serve' }] })
  const clock = vi.spyOn(process.hrtime, 'bigint').mockReturnValue(process.hrtime.bigint() + 32n * DAY)
  running.ended({ where: { projectDirectory: home } })
  clock.mockRestore()
  const outbox = openOutbox(placesOf(visivo, home, destination).outbox, guard)
  const events = outbox.waiting().map((name) => outbox.read(name))
  expect(events.find((event) => event?.event === 'cli_command')?.properties.duration_ms).toBe(
    MOST_MILLISECONDS,
  )
})
