import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { followRequests as followExpress } from './express.ts'
import { followHandler } from './fetch.ts'
import { followCommand } from './follow-command.ts'
import { followProcess } from './follow-process.ts'
import { followServer } from './follow-server.ts'
import { followRequests as followHono } from './hono.ts'
import { followListener } from './node-http.ts'
import { createTelemetry, type Telemetry } from './telemetry.ts'

const fail = () => {
  throw new Error('a mock')
}

/** What a test or a sandbox does to the globals of its process. */
test.each<[string, () => unknown]>([
  ['no `performance`', () => vi.stubGlobal('performance', undefined)],
  ['a `performance` that throws', () => vi.spyOn(performance, 'now').mockImplementation(fail)],
  ['no `process.hrtime.bigint`', () => vi.spyOn(process.hrtime, 'bigint').mockImplementation(fail)],
  ['a `Date.now` that throws', () => vi.spyOn(Date, 'now').mockImplementation(fail)],
  ['no `process.getMaxListeners`', () => vi.spyOn(process, 'getMaxListeners').mockImplementation(fail)],
  ['a `process` that is frozen', () => vi.spyOn(process, 'setMaxListeners').mockImplementation(fail)],
])('a host is left alone by every entry point: %s', async (_sentence, change) => {
  const before = showing(() => {})
  change()
  onTestFinished(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })
  await useAll(before)
  await useAll(showing(() => {}))
})

/** Everything that a host calls, with a telemetry that was set up before the change or after it. */
async function useAll(telemetry: Telemetry): Promise<void> {
  const program = { name: 'tool', commands: [{ name: 'run' }] }
  followCommand(telemetry, ['run'], program).ended()
  const followed = followProcess(telemetry, program, { argv: ['run'] })
  followed.note({ jobCount: 1 })
  followed.ended()
  const server = followServer(telemetry)
  followExpress(server)
  followListener(server, () => {})
  expect(await followHandler(server, '/', () => 'cake')({ method: 'GET' })).toBe('cake')
  const app = followHono(server)
  await Reflect.apply(app, undefined, [{ req: { method: 'GET' } }, async () => {}])
  await server.close()
}

test('an outcome that is none counts as no outcome', () => {
  const shown: string[] = []
  const command = followCommand(
    showing((text) => shown.push(text)),
    ['run'],
    { name: 'tool', commands: [{ name: 'run' }] },
  )
  Reflect.apply(command.ended, undefined, [null])
  expect(shown.join('')).toContain('"success": true')
})

/** Telemetry in debug mode: it follows, and shows instead of sending. */
function showing(write: (text: string) => unknown) {
  const env = { VISIVO_TELEMETRY_DEBUG: '1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  return createTelemetry({ version: '1.2.3', env, home: temporaryDirectory(), stderr: () => ({ write }) })
}
