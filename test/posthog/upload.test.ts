import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startPostHog } from './posthog.ts'

const UPLOAD = fileURLToPath(new URL('../../docs/posthog/upload.mjs', import.meta.url))
const KEY = 'phx_a-personal-key'
const PROJECT = '4711'

interface Definitions {
  readonly events: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../docs/posthog/${file}`, import.meta.url), 'utf8'))
const { events, properties } = read('definitions.json') as Definitions

/** Runs the upload to its end, and gives all that it said. */
async function upload(args: readonly string[], key: string = KEY) {
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot }
  const child = spawn(process.execPath, [UPLOAD, ...args], {
    env: { ...env, POSTHOG_PERSONAL_API_KEY: key },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
  return { said, code: await exited }
}

const start = () => startPostHog(KEY, PROJECT)
const to = (url: string, ...more: string[]) => ['--host', url, '--project', PROJECT, ...more]

test('the dashboard goes up as it lies in the file, and its tiles with it', async () => {
  const posthog = await start()
  expect(await upload(to(posthog.url, '--only', 'dashboard'))).toMatchObject({ code: 0 })
  expect(posthog.asked).toEqual([
    { method: 'GET', path: `/api/projects/${PROJECT}/dashboards/?limit=500` },
    {
      method: 'POST',
      path: `/api/projects/${PROJECT}/dashboards/create_from_template_json/`,
      body: { template: read('dashboard.json') },
    },
  ])
})

test('a second upload makes no second dashboard, unless it is asked to', async () => {
  const posthog = await start()
  await upload(to(posthog.url, '--only', 'dashboard'))
  const { said, code } = await upload(to(posthog.url, '--only', 'dashboard'))
  expect([code, posthog.dashboards.length]).toEqual([0, 1])
  expect(said).toContain('already')
  await upload(to(posthog.url, '--only', 'dashboard', '--again'))
  expect(posthog.dashboards).toHaveLength(2)
})

test('every event and property that PostHog has seen gets the words of the catalogue', async () => {
  const posthog = await start()
  const kinds = { event_definitions: events, property_definitions: properties }
  for (const [kind, descriptions] of Object.entries(kinds))
    for (const name of ['$ip', `not_${Object.keys(descriptions)[0]}`, ...Object.keys(descriptions)])
      posthog.definitions[kind]?.push({ id: `${kind}-${name.replace('$', '')}`, name, description: null })

  expect(await upload(to(posthog.url))).toMatchObject({ code: 0 })
  for (const [kind, descriptions] of Object.entries(kinds)) {
    const described = posthog.definitions[kind]?.flatMap(({ name, description }) =>
      description === null ? [] : [[name, description]],
    )
    expect(Object.fromEntries(described ?? [])).toEqual(descriptions)
  }
  const before = posthog.asked.length
  const { said } = await upload(to(posthog.url, '--only', 'descriptions'))
  expect(posthog.asked.slice(before).filter(({ method }) => method !== 'GET')).toEqual([])
  expect(said).toContain(`${Object.keys(properties).length} as they were`)
})

test('what PostHog has not seen yet is named, and is no failure', async () => {
  const posthog = await start()
  const { said, code } = await upload(to(posthog.url, '--only', 'descriptions'))
  expect(code).toBe(0)
  expect(said).toContain('Not seen yet, so run this again later: cli_command, api_request, new_installation')
})

test.each([
  ['nothing is given', [], KEY, 'POSTHOG_PERSONAL_API_KEY=phx_… node'],
  ['there is no key', to('https://posthog.invalid'), '', 'POSTHOG_PERSONAL_API_KEY=phx_… node'],
  ['an option is unknown', to('https://posthog.invalid', '--key', 'x'), KEY, 'comes from the environment'],
  [
    'the key is the one for events',
    to('https://posthog.invalid'),
    'phc_x',
    'A personal API key starts with phx_',
  ],
  ['the host takes events', to('https://us.i.posthog.com'), KEY, 'https://us.posthog.com'],
  ['the host is no address', to('posthog'), KEY, '--host is an address'],
  ['the host is not encrypted', to('http://posthog.invalid'), KEY, '--host must be https'],
  [
    'the project is no number',
    ['--host', 'https://posthog.invalid', '--project', '../1'],
    KEY,
    '--project is a number',
  ],
  ['nobody listens', to('http://127.0.0.1:1'), KEY, 'could not be reached'],
])('it says what to change when %s', async (_, args, key, hint) => {
  const { said, code } = await upload(args, key)
  expect(code).toBe(1)
  expect(said).toContain(hint)
  expect(said).not.toMatch(/ at .*\.mjs:\d|phx_a|phc_x/)
})

test.each([
  [
    'the key is unknown',
    401,
    '{"detail":"Invalid key phx_a-personal-key."}',
    'does not know this personal API key',
  ],
  ['a scope is missing', 403, '{"detail":"Missing scope dashboard:write"}', 'PostHog says: Missing scope'],
  ['the project is another', 404, '{}', 'no such project'],
  ['it lies elsewhere', 302, '', 'it lies elsewhere'],
  ['a proxy answers', 200, '<html></html>', "not PostHog's API"],
  ['PostHog is down', 503, 'no upstream', 'PostHog could not do it'],
])('it says what PostHog refused when %s', async (_, status, body, hint) => {
  const posthog = await start()
  posthog.fail(status, body, status === 302 ? { location: 'https://elsewhere.example/' } : {})
  const { said, code } = await upload(to(posthog.url))
  expect([code, posthog.asked.length]).toEqual([1, 1])
  expect(said).toContain(hint)
  expect(said).not.toContain(KEY)
})
