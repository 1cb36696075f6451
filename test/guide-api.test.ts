import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { renderNotice } from '../packages/telemetry/src/notice.ts'
import { cake } from '../packages/telemetry/test/kitchen.ts'
import { followGuide } from './follow-guide.ts'
import { freePort } from './shell.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'docs/guide-api.md'), 'utf8')
/** A block of JavaScript that is no file of its own, and the framework that it is for. */
const LINES_FOR = /^```js\n(import [^\n]* from '@visivo\/telemetry\/([\w-]+)'\n.*?)^```$/gms

// Its commands are those of a POSIX shell.
describe.skipIf(process.platform === 'win32')('the guide for servers, followed to the letter', async () => {
  const guide = GUIDE.replaceAll('3000', await freePort())
  const { receiver, recorded } = followGuide(guide, {
    // Turning it off removes what waits.
    '$ node cake.js telemetry off': [2],
    // A server that is ended has two seconds for what it has not sent, of which a busy machine may need more.
    '$ kill %1': [0, 0, 2, 0, 0, 4],
  })

  test('what it sends has arrived: a new machine, a request, and after the bundle was complete those of both', async () => {
    const events = await receiver().received(4)
    expect(events[0]?.event).toBe('new_installation')
    expect(events.slice(1, 4).map(({ properties }) => properties.endpoint)).toEqual(
      Array(3).fill('/cakes/{name}'),
    )
  })

  test('three hundred requests are all counted, by far fewer events', () => {
    const counts = recorded().flatMap(({ properties }) => properties.request_count ?? [])
    expect(counts.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(303)
    expect(counts.length).toBeLessThan(200)
  })

  test('the notice that it shows is the notice', () => {
    expect(GUIDE).toContain(renderNotice(cake).trim())
  })

  test('what it shows of other frameworks stands in their examples', () => {
    const shown = [...GUIDE.matchAll(LINES_FOR)].map(([, lines = '', framework = '']) => {
      const directory = join(ROOT, 'examples/adopters', framework)
      const files = readdirSync(directory).filter((name) => name.endsWith('.js'))
      const example = files.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
      return { framework, missing: lines.split('\n').filter((line) => !example.includes(line)) }
    })
    expect(shown).toEqual(
      ['fastify', 'hono', 'koa', 'node-http', 'fetch'].map((framework) => ({ framework, missing: [] })),
    )
  })
})
