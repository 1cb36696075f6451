import { createServer } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { personsTelemetry } from '../test/person.ts'
import { sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { noteErrors } from './citty.ts'
import { commandSpecOf as ofCommander } from './commander.ts'
import { turnOff, turnOn } from './control.ts'
import { diagnose } from './diagnose.ts'
import { followRequests as followExpress } from './express.ts'
import { followRequests as followFastify } from './fastify.ts'
import { followHandler } from './fetch.ts'
import { flush } from './flush.ts'
import { followCommand } from './follow-command.ts'
import { followProcess } from './follow-process.ts'
import { followServer } from './follow-server.ts'
import { followRequests as followHono } from './hono.ts'
import { inspectTelemetry, readSent } from './inspect.ts'
import { followRequests as followKoa } from './koa.ts'
import { followListener, followRequests as followServerRequests } from './node-http.ts'
import { commandSpecOf as ofOclif } from './oclif.ts'
import { createTelemetry as createOnDemand } from './on-demand.ts'
import { openOutbox } from './outbox.ts'
import { placesOf } from './places.ts'
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

test.each<[string, readonly unknown[]]>([
  ['no options', []],
  ['null', [null]],
  [
    'options that throw',
    [
      {
        get product() {
          return fail()
        },
      },
    ],
  ],
])('telemetry that is set up with %s is off', (_sentence, options) => {
  for (const create of [createTelemetry, createOnDemand]) {
    const telemetry = Reflect.apply(create, undefined, options)
    expect(telemetry.consent().recording).toBe(false)
    followProcess(telemetry, { name: 'tool' }, { argv: [] }).ended()
  }
})

const unreadable = new Proxy({}, { ownKeys: fail, get: fail })

test.each<[string, (untyped: (work: unknown, ...given: unknown[]) => unknown) => unknown]>([
  [
    'an outcome that can not be read',
    (untyped) => {
      const followed = followProcess(
        showing(() => {}),
        { name: 'tool' },
        { argv: [] },
      )
      untyped(followed.note, unreadable)
      untyped(followed.ended, unreadable)
    },
  ],
  [
    'one of a command',
    (untyped) =>
      untyped(
        followCommand(
          showing(() => {}),
          ['run'],
          { name: 'tool' },
        ).ended,
        unreadable,
      ),
  ],
  ['telemetry that is none', () => followCommand({} as never, ['run'], { name: 'tool' }).ended()],
  [
    'telemetry that is none, of a process',
    () => {
      const followed = followProcess({} as never, { name: 'tool' }, { argv: [] })
      followed.note({ jobCount: 1 })
      followed.ended()
    },
  ],
  [
    'a server that is none',
    (untyped) => {
      for (const follow of [followExpress, followKoa, followFastify, followHono, followServerRequests])
        untyped(follow)
      untyped(followListener, undefined, () => {})
    },
  ],
  [
    'no options of a server',
    (untyped) => {
      const server = { request: () => {}, close: async () => {} }
      untyped(followListener, server, () => {}, null)
      untyped(followServerRequests, server, createServer(), null)
    },
  ],
  ['a command of citty that is none', (untyped) => untyped(noteErrors)],
])('a program without types is left alone: %s', (_sentence, work) => {
  work((given, ...rest) => Reflect.apply(given as () => unknown, undefined, rest))
})

test('what was noted is kept when what comes then can not be read', () => {
  const shown: string[] = []
  const followed = followProcess(
    showing((text) => shown.push(text)),
    { name: 'tool' },
    { argv: [] },
  )
  followed.note({ jobCount: 2 })
  Reflect.apply(followed.note, undefined, [unreadable])
  Reflect.apply(followed.ended, undefined, [unreadable])
  expect(shown.join('')).toContain('"job_count": 2')
})

test.each([
  ['commander', ofCommander],
  ['oclif', ofOclif],
])('a program of %s that does not say what it declares declares nothing', (_framework, specOf) => {
  for (const program of [undefined, null, 5, {}, unreadable])
    expect(Reflect.apply(specOf, undefined, [program])).toEqual({ name: '' })
})

test('a program without types that hands over null in place of a place, or of options, is answered and not thrown at', async () => {
  const telemetry = personsTelemetry()
  const untyped = (asked: unknown) => Reflect.apply(asked as () => unknown, undefined, [telemetry, null])
  expect(untyped(inspectTelemetry)).toEqual(inspectTelemetry(telemetry))
  expect(untyped(readSent)).toEqual([])
  expect(untyped(turnOff)).toMatchObject({ ok: true })
  expect(untyped(turnOn)).toMatchObject({ ok: true })
  const { product, home } = telemetry.world
  const { outbox } = placesOf(product, home, { host: 'http://127.0.0.1:1', apiKey: 'phc_secret' })
  openOutbox(outbox, telemetry.guard).put(sampleEvent())
  expect(await untyped(flush)).toMatchObject({ ok: false, waiting: 1 })
  expect(await untyped(diagnose)).toContainEqual(expect.objectContaining({ name: 'switch', ok: true }))
})

test('a program without types that hands over false in place of a directory has telemetry off there, and no error', async () => {
  const telemetry = personsTelemetry()
  const where = { projectDirectory: false as never }
  expect(telemetry.consent(where).recording).toBe(false)
  expect(inspectTelemetry(telemetry, where)).toMatchObject({
    recording: false,
    reason: expect.stringContaining('the working directory is unknown'),
  })
  expect(turnOn(telemetry, { where })).toMatchObject({ ok: true })
  expect(turnOff(telemetry, { project: false as never })).toMatchObject({ ok: false })
  expect(await flush(telemetry, where)).toMatchObject({ sent: 0 })
  expect(await diagnose(telemetry, where)).toContainEqual(
    expect.objectContaining({ name: 'switch', ok: false }),
  )
})

/** Telemetry in debug mode: it follows, and shows instead of sending. */
function showing(write: (text: string) => unknown) {
  const env = { VISIVO_TELEMETRY_DEBUG: '1', VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  return createTelemetry({ version: '1.2.3', env, home: temporaryDirectory(), stderr: () => ({ write }) })
}
