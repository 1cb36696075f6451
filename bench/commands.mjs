import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTelemetry } from '@visivo/telemetry'
import { Home } from './homes.mjs'
import { environmentOf, pause, programFile, timeProcess, until } from './processes.mjs'
import { shuffled } from './statistics.mjs'

/** The courier without a job: it loads the bundled posthog-node and ends. */
const BUNDLED = fileURLToPath(new URL('courier-process.js', import.meta.resolve('@visivo/telemetry')))

/**
 * Runs every variant once a round, in an order by chance, and gives the milliseconds of each by its name.
 *
 * A variant is `{ file, env, wrap?, prepare?, after? }`; only the process itself is timed. On a machine that is
 * too busy for all rounds in `seconds`, there are fewer.
 */
export async function timeVariants(variants, { rounds, seconds }, progress) {
  const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]))
  const end = performance.now() + seconds * 1_000
  for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (const [name, { file, env, wrap, prepare, after }] of shuffled(Object.entries(variants))) {
      await prepare?.()
      times[name].push(await timeProcess(file, env, wrap && { wrap }))
      await after?.()
      // What is still at work for this one should not slow down the next: a child that was started lives for 30 ms.
      await pause(60)
    }
  }
  return times
}

/** All that takes milliseconds, in one go: the floors, the imports, ours against every PostHog, posthog-node. */
export function commandVariants(scratch, standIns) {
  const bare = new Home(scratch, 'bare')
  const { healthy, refused } = standIns
  const env = environmentOf(bare.path, healthy.url)
  const simple = (name, host = healthy.url) => ({
    file: programFile(name),
    env: environmentOf(bare.path, host),
  })
  return {
    nothing: simple('nothing'),
    'nothing again': simple('nothing'),
    file: simple('file'),
    'file and child': simple('file-and-child'),
    'import an empty package': { file: importOfEmptyPackage(scratch), env },
    'import @visivo/telemetry': simple('import-telemetry'),
    'import posthog-node': simple('import-posthog'),
    'import bundled': { file: BUNDLED, env },
    off: offVariant(bare, healthy.url),
    'off again': offVariant(bare, healthy.url),
    ...Object.assign({}, ...Object.entries(standIns).map(([name, to]) => ours(scratch, name, to))),
    'healthy: fetch': simple('fetch'),
    'healthy: posthog-short': simple('posthog-short'),
    'healthy: posthog-readme': simple('posthog-readme'),
    'refused: fetch': simple('fetch', refused.url),
    'refused: posthog-short': simple('posthog-short', refused.url),
    ...fullOutbox(scratch, refused),
  }
}

/** The homes that `commandVariants` made keep couriers; this ends them. */
const homes = []
export async function endCouriers() {
  for (const home of homes) await home.forgetCourier()
}

export function newHome(scratch, name) {
  const home = new Home(scratch, name.replaceAll(' ', '-'))
  homes.push(home)
  return home
}

export function offVariant(home, host, more = {}) {
  return {
    file: programFile('command'),
    env: environmentOf(home.path, host, { DO_NOT_TRACK: '1', ...more }),
  }
}

/** The floor of any import from npm: Node has to find the package and read one file. */
function importOfEmptyPackage(scratch) {
  const directory = join(scratch, 'node_modules', 'empty')
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, 'package.json'),
    '{ "name": "empty", "type": "module", "exports": "./index.js" }',
  )
  writeFileSync(join(directory, 'index.js'), '')
  const file = join(scratch, 'import-empty.mjs')
  writeFileSync(file, "import 'empty'\n")
  return file
}

/** Our command when a courier is at work (or was told to wait), and when it has to start one. */
function ours(scratch, name, { url, wrap }) {
  const home = newHome(scratch, name)
  const file = programFile('command')
  const env = environmentOf(home.path, url)
  const common = { file, env, ...(wrap && { wrap }) }
  return {
    ...(wrap && { [`${name}: off`]: { ...offVariant(home, url), wrap } }),
    [`${name}: at work`]: {
      ...common,
      prepare: async () => {
        if (home.courier() !== undefined) return
        await home.forgetCourier()
        await timeProcess(file, env, wrap && { wrap })
        await settledIn(home)
        await pause(150)
      },
    },
    [`${name}: to start`]: {
      ...common,
      prepare: () => home.forgetCourier(),
      after: async () => {
        await settledIn(home)
        await home.forgetCourier()
      },
    },
  }
}

/** Until a courier is at work, or couriers were asked to wait. */
async function settledIn(home) {
  const isSettled = await until(() => home.courier() !== undefined || home.isBackingOff())
  if (!isSettled) throw new Error(`no courier came in ${home.path}`)
}

/** Our command on a machine that was without a network for long: the outbox is full, couriers wait. */
function fullOutbox(scratch, { url }) {
  const home = newHome(scratch, 'full')
  const env = environmentOf(home.path, url)
  let filled = false
  return {
    'full outbox': {
      file: programFile('command'),
      env,
      prepare: async () => {
        if (!filled) fill(home, env)
        filled = true
        if (home.isBackingOff()) return
        await home.forgetCourier()
        await timeProcess(programFile('command'), env)
        await until(() => home.isBackingOff())
      },
    },
  }
}

function fill(home, env) {
  const telemetry = createTelemetry({
    version: '1.0.0',
    env,
    home: home.path,
    stderr: () => ({ write: () => {} }),
  })
  for (let event = 0; event < 1_000; event++) telemetry.record('new_installation', {})
}
