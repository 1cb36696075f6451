import { once } from 'node:events'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { visivo } from '@visivo/telemetry-config'
import { expect, onTestFinished, test, vi } from 'vitest'
import { EXAMPLE } from '../../test/example-weeks.ts'
import { openView } from '../../test/view-world.ts'
import { placesOf } from '../places.ts'

type World = Awaited<ReturnType<typeof openView>>

/** A request with any headers at all: `fetch` would not lie about its host. */
async function ask(world: World, method: string, path: string, headers: Record<string, string>, body = '') {
  const asked = request(`${world.origin}${path}`, { method, headers: { host: world.host, ...headers } })
  asked.end(method === 'POST' ? body : undefined)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
}

const known = ({ token }: World) => ({ authorization: `Bearer ${token}` })

test.each<[string, string, string, (world: World) => Record<string, string>]>([
  ['a stranger’s name that points here now', 'GET', '/', () => ({ host: 'stranger.example' })],
  ['that name, with the token', 'GET', '/state', (world) => ({ ...known(world), host: 'stranger.example' })],
  ['our name with another port', 'GET', '/state', (world) => ({ ...known(world), host: '127.0.0.1:1' })],
  ['a page elsewhere', 'GET', '/state', (world) => ({ ...known(world), origin: 'https://stranger.example' })],
  ['a page elsewhere that switches', 'POST', '/switch', (world) => ({ ...known(world), origin: 'null' })],
  ['nobody who says where from', 'POST', '/switch', (world) => known(world)],
  ['somebody without a token', 'GET', '/state', () => ({})],
  ['somebody with another token', 'GET', '/state', () => ({ authorization: `Bearer ${'A'.repeat(43)}` })],
  ['the token in another scheme', 'GET', '/state', ({ token }) => ({ authorization: `Basic ${token}` })],
  ['a switch without a token', 'POST', '/switch', ({ origin }) => ({ origin })],
  ['an address that was good for nothing', 'POST', '/token', ({ origin }) => ({ origin })],
])('%s gets 403 and changes nothing', async (_, method, path, headers) => {
  const world = await openView()
  const { status, text } = await ask(world, method, path, headers(world), '{"on":false}')
  expect([status, existsSync(world.config)]).toEqual([403, false])
  expect(text).not.toContain('uuid')
})

test('whoever has the token sees everything, and the switch really writes the configuration', async () => {
  const world = await openView({ config: '# mine\nother: 1\n' })
  const state = JSON.parse((await ask(world, 'GET', '/state', known(world))).text)
  expect(state).toMatchObject({ recording: true, product: { name: 'visivo' }, switch: { on: true } })
  const headers = { ...known(world), origin: world.origin }
  expect((await ask(world, 'POST', '/switch', headers, '{"on":false}')).status).toBe(200)
  expect(readFileSync(world.config, 'utf8')).toBe('# mine\nother: 1\ntelemetry_enabled: false\n')
  expect(JSON.parse((await ask(world, 'GET', '/state', known(world))).text)).toMatchObject({
    recording: false,
    waiting: [],
    switch: { on: false },
  })
})

test.skipIf(process.platform === 'win32')(
  'the page does not tell that nothing was sent where that can not be read',
  async () => {
    const world = await openView()
    const { sentLog } = placesOf(visivo, world.home, EXAMPLE)
    symlinkSync('sent.older.jsonl', sentLog.replace('sent', 'sent.older'))
    expect((await ask(world, 'GET', '/state', known(world))).status).toBe(500)
  },
)

test.each<[string, string, string, number]>([
  ['a path that is not there', 'GET', '/etc/passwd', 404],
  ['a path of every object', 'GET', '/constructor', 404],
  ['another method', 'DELETE', '/state', 405],
])('%s is refused in words', async (_, method, path, status) => {
  const world = await openView()
  const answer = await ask(world, method, path, { ...known(world), origin: world.origin })
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text).message).toMatch(/\w/)
})

test.each<[string, string]>([
  ['load anything', "default-src 'none'"],
  ['tell anybody else what it is told', "connect-src 'self'"],
  ['have its links led elsewhere', "base-uri 'none'"],
  ['send a form', "form-action 'none'"],
  ['be framed', "frame-ancestors 'none'"],
  ['run what an event holds as a script', "require-trusted-types-for 'script'"],
  ['make an exception of that', "trusted-types 'none'"],
])('the page may not %s', async (_, directive) => {
  const { headers, text } = await openView().then((world) => ask(world, 'GET', '/', {}))
  expect(String(headers['content-security-policy']).split('; ')).toContain(directive)
  expect(text.match(/(src|href)="(?!#|data:)/g)).toBeNull()
})

test.each(['/', '/state', '/none'])(
  'a browser keeps nothing of %s, and tells and shows it to no other page',
  async (path) => {
    const world = await openView()
    const { headers } = await ask(world, 'GET', path, known(world))
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  },
)

test('an editor that shows the page inside of itself, and adds a number to its address, is given it', async () => {
  const world = await openView()
  const { status, headers } = await ask(world, 'GET', '/?vscodeBrowserReqId=1', {})
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
})

test.each([
  ['a word', '{"on":"off"}'],
  ['nothing', '{}'],
  ['no object', 'null'],
  ['no JSON', 'off'],
])('a switch that is set to %s stays as it is', async (_, body) => {
  const world = await openView()
  const headers = { ...known(world), origin: world.origin }
  expect((await ask(world, 'POST', '/switch', headers, body)).status).toBe(400)
  expect(existsSync(world.config)).toBe(false)
})

test('an address for a browser is good for one visit', async () => {
  const world = await openView()
  const ticket = new URL(world.view.visitUrl()).hash.replace('#once.', '')
  const visit = () => ask(world, 'POST', '/token', { origin: world.origin }, JSON.stringify({ ticket }))
  expect(JSON.parse((await visit()).text)).toEqual({ token: world.token })
  expect((await visit()).status).toBe(403)
})

test('nobody on the network can connect', async () => {
  const world = await openView()
  const others = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address),
  )
  // Another address of this machine, also where it is on no network.
  for (const address of ['127.0.0.2', ...others])
    await expect(fetch(`http://${address}:${new URL(world.origin).port}/`)).rejects.toThrow()
})

test('a page that is not to end by itself does not end at once', async () => {
  const world = await openView({ idle: Number.POSITIVE_INFINITY })
  expect((await ask(world, 'GET', '/', {})).status).toBe(200)
  await world.view.close()
  expect(await world.view.ended).toBe('closed')
})

test('a program that closes the page is kept alive by no timer of it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { view } = await openView()
  expect(vi.getTimerCount()).toBe(1)
  await view.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('it ends by itself when nobody looks any more', async () => {
  const { view } = await openView({ idle: 20 })
  expect(await view.ended).toBe('idle')
})

test('whoever holds the token keeps it alive, and no stranger does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const world = await openView({ idle: 1_000 })
  vi.advanceTimersByTime(900)
  const { headers } = await ask(world, 'GET', '/state', known(world))
  vi.advanceTimersByTime(900)
  // Nothing is new: the page asks for that as long as somebody looks at it.
  const again = { ...known(world), 'if-none-match': String(headers.etag) }
  expect(await ask(world, 'GET', '/state', again)).toMatchObject({ status: 304, text: '' })
  vi.advanceTimersByTime(900)
  expect((await ask(world, 'GET', '/', {})).status).toBe(200)
  expect((await ask(world, 'GET', '/state', {})).status).toBe(403)
  vi.advanceTimersByTime(900)
  await expect(ask(world, 'GET', '/', {})).rejects.toThrow()
  expect(await world.view.ended).toBe('idle')
})

test('a stranger can not fill its memory: of what is longer than a thousand characters nothing is read', async () => {
  const world = await openView()
  const ticket = new URL(world.view.visitUrl()).hash.replace('#once.', '')
  const long = JSON.stringify({ ticket }).padEnd(1_001)
  expect((await ask(world, 'POST', '/token', { origin: world.origin }, long)).status).toBe(403)
})
