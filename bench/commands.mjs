import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTelemetry } from '@visivo/telemetry'
import { Home } from './homes.mjs'
import { environmentOf, pause, programFile, timeProcess, until } from './processes.mjs'
import { shuffled } from './statistics.mjs'

/** The courier without a job: it loads the bundled posthog-node and ends. */
const BUNDLED = fileURLToPath(new URL('courier-process.js', import.meta.resolve('@visivo/telemetry')))

/**
 * Runs every variant once a round and gives the milliseconds of each, by its group and name.
 *
 * A group holds what is compared with each other: its variants run next to each other, in an order by chance, for a
 * few seconds later the machine is another one. A variant is `{ file, env, wrap?, prepare?, after? }`; only the
 * process itself is timed. On a machine that is too busy for all rounds in `seconds`, there are fewer.
 */
export async function timeVariants(groups, { rounds, seconds }, progress) {
  const times = Object.fromEntries(
    Object.entries(groups).map(([group, variants]) => [
      group,
      Object.fromEntries(Object.keys(variants).map((name) => [name, []])),
    ]),
  )
  const end = performance.now() + seconds * 1_000
  for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (const [group, variants] of shuffled(Object.entries(groups)))
      for (const [name, variant] of shuffled(Object.entries(variants)))
        times[group][name].push(await timeVariant(variant))
  }
  return times
}

async function timeVariant({ file, env, wrap, prepare, after }) {
  await prepare?.()
  const took = await timeProcess(file, env, wrap && { wrap })
  await after?.()
  // What is still at work for this one should not slow down the next: a child that was started lives for 30 ms.
  await pause(60)
  return took
}

/**
 * All that takes milliseconds, in one go: for every PostHog ours, the same command with telemetry off and the floors;
 * the imports; other clients.
 */
export function commandVariants(scratch, standIns) {
  const bare = new Home(scratch, 'bare')
  const { healthy, refused } = standIns
  const env = environmentOf(bare.path, healthy.url)
  const simple = (name, host = healthy.url) => ({
    file: programFile(name),
    env: environmentOf(bare.path, host),
  })
  const floors = {
    nothing: simple('nothing'),
    file: simple('file'),
    'file and child': simple('file-and-child'),
  }
  const commands = Object.entries(standIns).map(([name, to]) => [
    name,
    { ...floors, ...ours(scratch, name, to) },
  ])
  return {
    ...Object.fromEntries(commands),
    imports: {
      nothing: simple('nothing'),
      empty: { file: importOfEmptyPackage(scratch), env },
      telemetry: { file: importOfTelemetry(scratch), env },
      posthog: simple('import-posthog'),
      bundled: { file: BUNDLED, env },
    },
    off: {
      off: offVariant(bare, healthy.url),
      again: offVariant(bare, healthy.url),
      'full outbox': fullOutbox(scratch, refused),
    },
    others: {
      nothing: simple('nothing'),
      'healthy: fetch': simple('fetch'),
      'healthy: posthog-short': simple('posthog-short'),
      'healthy: posthog-readme': simple('posthog-readme'),
      'refused: fetch': simple('fetch', refused.url),
      'refused: posthog-short': simple('posthog-short', refused.url),
    },
  }
}

const homes = []

/** Ends the couriers of all homes: they live on for a while, and would share the machine with what is measured next. */
export async function endCouriers() {
  for (const home of homes) await home.forgetCourier()
}

/** A home below `scratch` whose courier `endCouriers` will end. Spaces in its name become dashes. */
export function newHome(scratch, name) {
  const home = new Home(scratch, name.replaceAll(' ', '-'))
  homes.push(home)
  return home
}

/** The command of a person who opted out by `DO_NOT_TRACK`, with `more` in its environment. */
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
  return importOf(scratch, 'empty')
}

/** Ours where npm puts it, beside the empty one: here it is a link into the workspace, and a link takes time as well. */
function importOfTelemetry(scratch) {
  const name = '@visivo/telemetry'
  const source = fileURLToPath(new URL('..', import.meta.resolve(name)))
  const directory = join(scratch, 'node_modules', name)
  for (const part of ['package.json', 'dist'])
    cpSync(join(source, part), join(directory, part), { recursive: true })
  return importOf(scratch, name)
}

function importOf(scratch, name) {
  const file = join(scratch, `import-${name.replaceAll('/', '-')}.mjs`)
  writeFileSync(file, `import '${name}'\n`)
  return file
}

/** Our command with telemetry off, when a courier is at work (or was told to wait), and when it has to start one. */
function ours(scratch, name, { url, wrap }) {
  const home = newHome(scratch, name)
  const file = programFile('command')
  const env = environmentOf(home.path, url)
  const common = { file, env, ...(wrap && { wrap }) }
  return {
    off: { ...offVariant(home, url), ...(wrap && { wrap }) },
    'at work': {
      ...common,
      prepare: async () => {
        if (home.courier() !== undefined) return
        await home.forgetCourier()
        await timeProcess(file, env, wrap && { wrap })
        await settledIn(home)
        await pause(150)
      },
    },
    'to start': {
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
