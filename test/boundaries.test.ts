import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './markdown.ts'
import { factsOf, leavesPackage, readSources, type SourceFacts } from './source-facts.ts'

type Rule = readonly [what: string, does: (source: SourceFacts) => boolean, allowed: readonly string[]]

/** Who may do what. Whoever adds a file to this table says that it may be trusted with it. */
const RULES: readonly Rule[] = [
  ['knows the SDK', loads(/^(posthog|@posthog)/), ['packages/telemetry/src/send.ts']],
  [
    'opens sockets or resolves names',
    (source) =>
      loads(/^(node:)?(http|https|http2|net|tls|dgram|dns|inspector)(\/|$)|^(undici|ws|axios|got)$/)(
        source,
      ) || uses(/^(fetch|WebSocket|EventSource|XMLHttpRequest)$/)(source),
    [
      'packages/telemetry/src/send.ts',
      'packages/telemetry/src/lookup.ts',
      'packages/telemetry/src/testing/receiver.ts',
      // `doctor` asks the configured host whether it is there.
      'packages/telemetry/src/probe.ts',
      // The page of `visivo telemetry view`, on loopback.
      'packages/telemetry/src/view/start-view.ts',
      // Servers on loopback, of what a project holds.
      'apps/api/src/server.ts',
      'apps/api/src/security.ts',
    ],
  ],
  [
    'starts processes or threads',
    loads(/^(node:)?(child_process|worker_threads|cluster)$/),
    [
      'packages/telemetry/src/start-courier.ts',
      'packages/telemetry/src/start-thread.ts',
      'packages/telemetry/src/courier-thread.ts',
      // Asks whether it is a worker of a cluster.
      'packages/telemetry/src/follow-process.ts',
      // A project's own seeds.
      'apps/cli/src/run/seed.ts',
    ],
  ],
  [
    'touches the disk',
    (source) => source.path.startsWith('packages/') && loads(/^(node:)?fs(\/|$)/)(source),
    [
      'packages/ci-detect/src/detect-ci.ts',
      'packages/machine-id/src/agree.ts',
      'packages/machine-id/src/machine-id.ts',
      'packages/machine-id/src/stored.ts',
      'packages/telemetry-config/src/read-text.ts',
      'packages/telemetry-config/src/write-text.ts',
      'packages/telemetry/src/check-outbox.ts',
      'packages/telemetry/src/close-inherited.ts',
      'packages/telemetry/src/control.ts',
      'packages/telemetry/src/courier-lock.ts',
      'packages/telemetry/src/courier-state.ts',
      'packages/telemetry/src/courier.ts',
      'packages/telemetry/src/file-clock.ts',
      'packages/telemetry/src/hold-at-exit.ts',
      'packages/telemetry/src/inspect.ts',
      'packages/telemetry/src/make-place.ts',
      'packages/telemetry/src/notice.ts',
      'packages/telemetry/src/outbox-watch.ts',
      // Keeps the rest of it from being read by a mock.
      'packages/telemetry/src/on-demand.ts',
      'packages/telemetry/src/own-file.ts',
      'packages/telemetry/src/outbox.ts',
      'packages/telemetry/src/places.ts',
      'packages/telemetry/src/sent-log.ts',
      'packages/telemetry/src/standing-consent.ts',
      'packages/telemetry/src/start-courier.ts',
      'packages/telemetry/src/tally.ts',
      'packages/telemetry/src/unreadable.ts',
      // Whether stderr can be a terminal.
      'packages/telemetry/src/world.ts',
    ],
  ],
  [
    'reads the environment',
    ({ readsEnvironment }) => readsEnvironment,
    [
      'packages/ci-detect/src/detect-ci.ts',
      'packages/telemetry-config/src/sources.ts',
      'packages/telemetry/src/world.ts',
      'packages/telemetry/src/start-courier.ts',
      'packages/telemetry/src/begin-courier.ts',
      // Where Windows is, and in it the hosts file.
      'packages/telemetry/src/hosts-file.ts',
      // Hides a person's own setting of the SDK from it.
      'packages/telemetry/src/send.ts',
      'apps/api/src/product.ts',
      'apps/cli/src/cli.ts',
    ],
  ],
  [
    'asks who the person or the machine is',
    (source) => source.path.startsWith('packages/') && loads(/^(node:)?os$/)(source),
    [
      // The home directory, and the release of the operating system.
      'packages/telemetry-config/src/sources.ts',
      'packages/telemetry/src/metadata.ts',
      'packages/telemetry/src/world.ts',
    ],
  ],
  [
    'says that a text is safe',
    ({ casts }) => casts.some((type) => /\bSafe\b/.test(type)),
    ['packages/sanitize/src/safe.ts'],
  ],
  [
    'casts to never, any or unknown',
    ({ casts }) => casts.some((type) => /^unknown$|\b(any|never)\b/.test(type)),
    [],
  ],
  ['runs code from text', uses(/^(eval|Function)$/), []],
  [
    'reaches for what it does not name',
    (source) => loads(/^\?$/)(source) || uses(/^globalThis$/)(source),
    // Hides from the SDK what it would compress with.
    ['packages/telemetry/src/send.ts'],
  ],
  ['imports another package by path', leavesPackage, []],
  [
    'does something when it is imported',
    ({ runsAtImport }) => runsAtImport,
    [
      // Of a courier process alone.
      'packages/telemetry/src/begin-courier.ts',
      'packages/telemetry/src/courier-process.ts',
      'packages/telemetry/src/courier-thread.ts',
      'apps/api/src/main.ts',
      'apps/cli/src/main.ts',
    ],
  ],
]

const sources = readSources()

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(100)
})

test.each(RULES)('%s', (_what, does, allowed) => {
  expect(
    sources
      .filter(does)
      .map(({ path }) => path)
      .sort(),
  ).toEqual([...allowed].sort())
})

test('on Windows no process that is started opens a window', () => {
  const starters = sources.filter(loads(/^(node:)?child_process$/)).map(({ path }) => path)
  expect(starters).not.toEqual([])
  for (const path of starters) {
    const text = readFileSync(join(ROOT, path), 'utf8')
    expect(text.match(/windowsHide: true/g)?.length, path).toBe(text.match(/\bspawn\(/g)?.length)
  }
})

test.each<[string, string, string]>([
  ['opens sockets or resolves names', 'a function of the platform', "export const f = () => fetch('')"],
  ['opens sockets or resolves names', 'one that is handed on', 'export const f = (get = fetch) => get()'],
  [
    'opens sockets or resolves names',
    'a module that is required',
    "export const f = () => createRequire(import.meta.url)('node:net')",
  ],
  ['reaches for what it does not name', 'a name that is made', 'export const f = (name) => import(name)'],
  [
    'reaches for what it does not name',
    'a built-in one',
    "export const f = (name) => process.getBuiltinModule('node:' + name)",
  ],
  ['reaches for what it does not name', 'the global object', "export const f = () => globalThis.fetch('')"],
  ['reads the environment', 'an import', "import { env } from 'node:process'\nexport const f = () => env"],
  ['reads the environment', 'a member', 'export const f = () => process.env'],
  ['reads the environment', 'a member by its name', "export const f = () => process['env']"],
  ['reads the environment', 'a part', 'export const f = ({ env } = process) => env'],
  ['says that a text is safe', 'a cast', 'export const f = (text) => text as Safe'],
  ['says that a text is safe', 'a predicate', 'export const f = (text): text is Safe => true'],
  ['says that a text is safe', 'another name', "import type { Safe as Fine } from '@visivo/sanitize'"],
  ['casts to never, any or unknown', 'two casts', 'export const f = (text) => text as unknown as Event'],
])('whoever %s is found: %s', (rule, _way, text) => {
  const [, does] = RULES.find(([what]) => what === rule) ?? []
  expect(does?.(factsOf('packages/telemetry/src/f.ts', text))).toBe(true)
})

function loads(module: RegExp) {
  return ({ modules }: SourceFacts) => modules.some((name) => module.test(name))
}

function uses(name: RegExp) {
  return ({ globals }: SourceFacts) => globals.some((used) => name.test(used))
}
