import { EventEmitter } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listen } from '../test/listen.ts'
import { temporaryDirectory } from '../test/samples.ts'
import { responseFollower } from './follow-response.ts'
import { followServer } from './follow-server.ts'
import { makeListenerRoom, makeRoomForGood } from './listener-room.ts'
import { followRequests } from './node-http.ts'
import { createTelemetry } from './telemetry.ts'
import { lookAround } from './world.ts'

/** As many as Node lets pass without a warning. */
const MOST = EventEmitter.defaultMaxListeners

/** Notes the warnings of too many listeners from here on; gives those that there were. */
function watchWarnings(): () => Promise<readonly Error[]> {
  const warnings: Error[] = []
  const noteWarning = (warning: Error) => void warnings.push(warning)
  process.on('warning', noteWarning)
  onTestFinished(() => void process.off('warning', noteWarning))
  return async () => {
    // Node tells of warnings in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
    return warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')
  }
}

test('a host with as many listeners as Node allows sees no warning of ours, and has its limit back', async () => {
  const warnings = watchWarnings()
  const own = Array.from({ length: process.getMaxListeners() }, () => () => {})
  for (const listener of own) process.on('rejectionHandled', listener)
  onTestFinished(() => {
    for (const listener of own) process.off('rejectionHandled', listener)
  })
  const limit = process.getMaxListeners()
  const removeRoom = makeListenerRoom()
  const ours = () => {}
  process.on('rejectionHandled', ours)
  process.off('rejectionHandled', ours)
  removeRoom()
  expect(process.getMaxListeners()).toBe(limit)
  expect(await warnings()).toEqual([])
})

test.each<[string, (follow: () => void, own: () => void) => void]>([
  ['before ours', (follow, own) => [own(), follow()]],
  ['after ours', (follow, own) => [follow(), own()]],
])('a server and its responses, with as many listeners %s', async (_sentence, inOrder) => {
  const warnings = watchWarnings()
  const server = { request: () => {}, close: async () => {} }
  const answer: RequestListener = (_request, response) => {
    for (let more = 0; more < MOST; more++) response.on('close', () => {})
    response.end()
  }
  const http = createServer()
  inOrder(
    () => followRequests(server, http),
    () => {
      http.on('request', answer)
      for (let more = 1; more < MOST; more++) http.on('request', () => {})
    },
  )
  const { port, close } = await listen(http)
  await (await fetch(`http://127.0.0.1:${port}/`)).text()
  await close()
  expect(await warnings()).toEqual([])
})

test('stderr, while something is written to it; then it has its limit back', async () => {
  const warnings = watchWarnings()
  const { stderr } = process
  const own = Array.from({ length: MOST - stderr.listenerCount('error') }, () => () => {})
  for (const listener of own) stderr.on('error', listener)
  const write = vi.spyOn(stderr, 'write').mockImplementation(() => true)
  onTestFinished(() => {
    write.mockRestore()
    for (const listener of own) stderr.off('error', listener)
  })
  const limit = stderr.getMaxListeners()
  lookAround().stderr().write('a notice')
  expect(stderr.listenerCount('error')).toBe(MOST + 1)
  const [, written] = write.mock.lastCall ?? []
  Reflect.apply(Object(written), undefined, [null])
  expect([stderr.listenerCount('error'), stderr.getMaxListeners()]).toEqual([MOST, limit])
  expect(await warnings()).toEqual([])
})

test.each<[string, number, number]>([
  ['ten make room for one more', 10, 11],
  ['no limit stays none', 0, 0],
  ['nor is there more than infinity', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
])('%s', (_sentence, most, then) => {
  const emitter = new EventEmitter().setMaxListeners(most)
  makeRoomForGood(emitter)
  expect(emitter.getMaxListeners()).toBe(then)
})

test('a limit that the host set in between stays, and it is not warned of as many as it asked for', async () => {
  const warnings = watchWarnings()
  const emitter = new EventEmitter()
  const removeRoom = makeListenerRoom(emitter)
  emitter.setMaxListeners(20)
  removeRoom()
  for (let more = 0; more < 20; more++) emitter.on('end', () => {})
  expect(emitter.getMaxListeners()).toBe(20)
  expect(await warnings()).toEqual([])
})

test('whoever of us leaves first, the host has its limit back when all have left', () => {
  const emitter = new EventEmitter()
  const [first, second] = [makeListenerRoom(emitter), makeListenerRoom(emitter)]
  first()
  expect(emitter.getMaxListeners()).toBe(MOST + 1)
  second()
  expect(emitter.getMaxListeners()).toBe(MOST)
})

test('a limit of one that the host set in between is not taken for none', () => {
  const emitter = new EventEmitter()
  const first = makeListenerRoom(emitter)
  emitter.setMaxListeners(1)
  const second = makeListenerRoom(emitter)
  first()
  second()
  expect(emitter.getMaxListeners()).toBe(1)
})

test('whoever of us found no limit takes no room away from the one that the host sets back', () => {
  const emitter = new EventEmitter()
  const first = makeListenerRoom(emitter)
  const most = emitter.getMaxListeners()
  emitter.setMaxListeners(0)
  const second = makeListenerRoom(emitter)
  emitter.setMaxListeners(most)
  second()
  first()
  expect(emitter.getMaxListeners()).toBe(MOST)
})

test('an emitter that is frozen keeps its limit', () => {
  const emitter = Object.freeze(new EventEmitter())
  makeListenerRoom(emitter)()
  expect(emitter.getMaxListeners()).toBe(MOST)
})

test('with telemetry off nothing listens, and nothing is marked', async () => {
  const off = followServer(
    createTelemetry({ version: '1.2.3', home: temporaryDirectory(), env: { DO_NOT_TRACK: '1' } }),
  )
  const http = createServer()
  followRequests(off, http)
  expect(http.listenerCount('request')).toBe(0)
  const response = Object.assign(new EventEmitter(), { statusCode: 200 })
  responseFollower(off, () => '/')(response, { method: 'GET' }, undefined)
  expect(response.listenerCount('close')).toBe(0)
  expect(Object.getOwnPropertySymbols(response)).not.toContain(Symbol.for('@visivo/telemetry.followed'))
  await off.close()
})
