import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredEvent } from '../src/guard.ts'
import type { ReceivedEvent } from '../src/testing.ts'
import { Kitchen, type Order } from './kitchen.ts'
import type { Seen } from './processes.ts'

/** The answer, and the endpoint it is recorded with, if it is. */
interface Expected {
  readonly status: number
  readonly endpoint?: string | undefined
}

type Row = readonly [sentence: string, method: string, path: string, expected: Expected]

const ROWS: readonly Row[] = [
  ['a secret in the query', 'GET', '/cakes?token=s3cret', { status: 200, endpoint: '/cakes' }],
  ['a parameter', 'GET', '/cakes/jane', { status: 200, endpoint: '/cakes/{name}' }],
  ['the same with HEAD', 'HEAD', '/cakes/jane', { status: 200, endpoint: '/cakes/{name}' }],
  ['a body', 'POST', '/cakes', { status: 201, endpoint: '/cakes' }],
  [
    'a mounted router',
    'GET',
    '/shops/jane/orders/s3cret?for=jane',
    { status: 200, endpoint: '/shops/{shop}/orders/{order}' },
  ],
  ['an error', 'GET', '/oven', { status: 500, endpoint: '/oven' }],
  ['no such path', 'GET', '/jane@example.com/s3cret', { status: 404, endpoint: '<unmatched>' }],
]

/** What every client says besides. */
const HEADERS = {
  authorization: 'Bearer s3cret',
  cookie: 'session=s3cret',
  referer: 'https://example.com/jane',
  'user-agent': 'jane/1.0',
  'x-forwarded-for': '203.0.113.7',
}
const BODY = '{"for":"jane","token":"s3cret"}'
const PERSONAL = /jane|s3cret|203\.0\.113\.7/

/** More than are events of their own: see `PACE`. */
const BURST = 150

/**
 * Holds the example of one framework, in processes of its own, against the table that all of them share.
 * @param differs the rows, by their sentence, in which the framework itself behaves otherwise
 */
export function testServer(
  framework: string,
  differs: Readonly<Record<string, Partial<Expected>>> = {},
): void {
  const rows = ROWS.map(
    ([sentence, method, path, usual]) =>
      [sentence, method, path, { ...usual, ...differs[sentence] }] as const,
  )
  const followed = rows.filter(([, , , { endpoint }]) => endpoint !== undefined)
  const askAll = (url: string) => Promise.all(rows.map(([, method, path]) => ask(url, method, path)))

  // There a process that is told to end just ends, and could not say a last word.
  describe.skipIf(process.platform === 'win32')(framework, () => {
    const kitchen = new Kitchen(framework, 'server.js')
    let statuses: readonly number[] = []
    let arrived: readonly ReceivedEvent[] = []
    let seen: Seen

    beforeAll(async () => {
      await kitchen.open()
      seen = await serve(kitchen, 'SIGTERM', async (url) => {
        statuses = await askAll(url)
        arrived = [...(await kitchen.receiver.received(followed.length + 1))]
        await Promise.all(Array.from({ length: BURST }, () => ask(url, 'GET', '/cakes')))
      })
    })
    afterAll(() => kitchen.close())

    test.each(rows)('%s', (sentence, method, _path, { status, endpoint }) => {
      expect(statuses[rows.findIndex(([one]) => one === sentence)]).toBe(status)
      const alike = { endpoint, method, status_code: status, request_count: 1, cake_version: '1.2.3' }
      const found = requestsIn(arrived).filter(({ properties }) => isLike(properties, alike))
      expect(found).toHaveLength(endpoint === undefined ? 0 : 1)
    })

    test('nothing but these, and a new installation', () => {
      expect(requestsIn(arrived)).toHaveLength(followed.length)
      expect(arrived[0]?.event).toBe('new_installation')
      expect(arrived).toHaveLength(followed.length + 1)
    })

    test('SIGTERM ends it well, and nothing that it counted is lost', () => {
      expect(seen).toMatchObject({ code: 0, signal: null })
      const requests = requestsIn(kitchen.recorded)
      const counts = requests.map(({ properties }) => Number(properties.request_count))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(followed.length + BURST)
      // Past a person's pace, requests alike are one event.
      expect(requests.length).toBeLessThan(followed.length + BURST)
    })

    test('nothing that it printed, wrote or sent speaks of another tool', () => {
      const everything = [...kitchen.printed, ...kitchen.left]
      expect(everything.filter((text) => /visivo/i.test(text))).toEqual([])
      expect(everything.filter((text) => text.includes('cake_version'))).not.toEqual([])
    })

    test('nothing that a client sent was written or sent', () => {
      expect(kitchen.left.filter((text) => PERSONAL.test(text))).toEqual([])
    })

    test('with DO_NOT_TRACK it answers the same, writes no file, opens no connection, and SIGINT ends it', async () => {
      await withoutTrace(framework, { DO_NOT_TRACK: '1' }, async (fresh, env) => {
        const ended = await serve(
          fresh,
          'SIGINT',
          async (url) => expect(await askAll(url)).toEqual(statuses),
          env,
        )
        expect(ended).toMatchObject({ code: 0, signal: null })
      })
    })

    test('debug mode shows a new machine once', async () => {
      await withoutTrace(framework, { CAKE_TELEMETRY_DEBUG: '1' }, async (fresh, env) => {
        const askTwice = async (url: string) => [
          await ask(url, 'GET', '/cakes'),
          await ask(url, 'GET', '/cakes'),
        ]
        const { stderr } = await serve(fresh, 'SIGTERM', askTwice, env)
        const names = stderr.match(/(?<="event": ")\w+/g)
        expect(names).toEqual(['new_installation', 'api_request', 'api_request'])
        expect(new Set(stderr.match(/"distinct_id": "[^"]+"/g)).size).toBe(1)
      })
    })

    test('debug mode says why nothing would be sent', async () => {
      const noKey = { CAKE_TELEMETRY_DEBUG: '1', CAKE_POSTHOG_HOST: '', CAKE_POSTHOG_API_KEY: '' }
      await withoutTrace(framework, noKey, async (fresh, env) => {
        const { stderr } = await serve(fresh, 'SIGTERM', (url) => ask(url, 'GET', '/cakes'), env)
        expect(stderr).toBe('nothing would be sent: no key: CAKE_POSTHOG_API_KEY is not set\n')
      })
    })
  })
}

/** Holds two processes of one example, which share a home, to what one alone does: as in a cluster. */
export function testTwoProcesses(framework: string): void {
  test.skipIf(process.platform === 'win32')(`two processes of ${framework} share a home`, async () => {
    const kitchen = new Kitchen(framework, 'server.js')
    await kitchen.open()
    const ask20 = (url: string) => Promise.all(Array.from({ length: 20 }, () => ask(url, 'GET', '/cakes')))
    try {
      await Promise.all([serve(kitchen, 'SIGTERM', ask20), serve(kitchen, 'SIGTERM', ask20)])
      const events = kitchen.recorded
      expect(requestsIn(events)).toHaveLength(40)
      // They are one machine, and two runs of the program.
      expect(events.filter(({ event }) => event === 'new_installation')).toHaveLength(1)
      expect(new Set(events.map(({ distinct_id }) => distinct_id)).size).toBe(1)
      expect(new Set(events.map(({ properties }) => properties.session_id)).size).toBe(2)
    } finally {
      await kitchen.close()
    }
  })
}

/** Lets something happen in a kitchen of its own, after which nothing must be left of it. */
async function withoutTrace(
  framework: string,
  env: Readonly<Record<string, string>>,
  happens: (fresh: Kitchen, env: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const fresh = new Kitchen(framework, 'server.js')
  await fresh.open()
  try {
    await happens(fresh, env)
    expect(readdirSync(fresh.root, { recursive: true })).toEqual(['home'])
    expect(fresh.receiver.connections).toBe(0)
  } finally {
    await fresh.close()
  }
}

/** Starts an example on a free port, lets clients ask it, and ends it by a signal. */
function serve(
  kitchen: Kitchen,
  signal: NodeJS.Signals,
  asked: (url: string) => Promise<unknown>,
  env: Order['env'] = {},
): Promise<Seen> {
  const whileRunning = async (child: ChildProcess) => {
    try {
      await asked(await addressOf(child))
    } finally {
      child.kill(signal)
    }
  }
  return kitchen.start({ env: { PORT: '0', ...env }, whileRunning })
}

/** The address that a server prints first. */
async function addressOf(child: ChildProcess): Promise<string> {
  const ended = once(child, 'exit').then(([code]) => `it ended with ${code}`)
  const printed = new Promise<string>((resolve) =>
    child.stdout?.once('data', (text) => resolve(String(text))),
  )
  const said = await Promise.race([printed, ended])
  const [url] = /http:\/\/\S+/.exec(said) ?? []
  if (!url) throw new Error(`no address, but: ${said}`)
  return url
}

/** Sends a request with all that a client may say; gives the status of the answer. */
async function ask(url: string, method: string, path: string): Promise<number> {
  const body =
    method === 'POST' ? { body: BODY, headers: { ...HEADERS, 'content-type': 'application/json' } } : {}
  const response = await fetch(`${url}${path}`, { method, headers: HEADERS, ...body })
  await response.text()
  return response.status
}

function requestsIn<E extends Pick<StoredEvent, 'event'>>(events: readonly E[]): readonly E[] {
  return events.filter(({ event }) => event === 'api_request')
}

function isLike(
  properties: Readonly<Record<string, unknown>>,
  alike: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(alike).every(([name, value]) => properties[name] === value)
}
