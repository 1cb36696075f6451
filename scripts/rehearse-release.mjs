// A whole release without any network: every package goes to a registry on this machine by the same script as
// in a real one, is installed from there by npm and pnpm into fresh projects, of which every program sends an event.
// Then one package is patched, and only it and what depends on it is released.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { startReceiver } from '../packages/telemetry/dist/testing.js'
import { ROOT, readPackages, withPnpm } from './packages.mjs'
import { CLIENTS, endCouriers, install, KINDS, personAt, tryKind } from './rehearsal/consumers.mjs'
import { followGuide } from './rehearsal/guides.mjs'
import { publishThirdParties, startRegistry } from './rehearsal/registry.mjs'
import { run } from './rehearsal/run.mjs'
import { addChangeset, copyWorkspace, raiseVersions } from './rehearsal/workspace.mjs'

const LONGEST = 480_000
const LEAF = '@visivo/ci-detect'
/** Who carries the leaf's code, directly or not. */
const ABOVE = ['@visivo/telemetry', '@visivo/api', '@visivo/cli']
const GUIDES = readdirSync(join(ROOT, 'docs')).filter((page) => /^guide-.*\.md$/.test(page))
/** What the guides install beside our packages. */
const FRAMEWORKS = ['commander', 'express']
/** What only this repository can use. */
const OURS_ALONE = /workspace:|catalog:|@visivo\/source|devDependencies/

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'rehearsal-')))
const workspace = join(scratch, 'workspace')
const homes = []
const packages = readPackages()
const names = packages.map(({ manifest }) => manifest.name)

const watchdog = setTimeout(() => {
  console.error(`The rehearsal took longer than ${LONGEST / 1000} s.`)
  finish()
  process.exit(1)
}, LONGEST)

const registry = await startRegistry(join(scratch, 'registry'))
try {
  await step('the packages of others, from the installation of this repository', async () => {
    const roots = packages.map(({ directory }) => join(ROOT, directory))
    const count = await publishThirdParties(registry, roots, FRAMEWORKS, join(scratch, 'third-parties'))
    return `${count} packages`
  })
  const first = await step('the first release', async () => {
    await copyWorkspace(workspace, registry.npmrc)
    addChangeset(workspace, Object.fromEntries(names.map((name) => [name, 'minor'])))
    const versions = await raiseVersions(workspace)
    await provenance()
    await release()
    for (const name of names) {
      const published = await registry.versions(name)
      assert.deepEqual(Object.keys(published), [versions[name]])
      assert.doesNotMatch(JSON.stringify(published), OURS_ALONE)
    }
    return versions
  })
  await sideBySide(...Object.keys(CLIENTS).map(projectsBy), commandAndGuides)
  await step(`a patch of ${LEAF}`, () => aPatch(first))
  console.log('✓ released, installed, used and patched')
} finally {
  await registry.close()
  clearTimeout(watchdog)
  finish()
}

/** All of them to their ends, also when one fails: what is cleared away then is nobody's any more. */
async function sideBySide(...works) {
  const ends = await Promise.allSettled(works.map((work) => work()))
  const failed = ends.find(({ status }) => status === 'rejected')
  if (failed) throw failed.reason
}

async function step(title, work) {
  const start = performance.now()
  const said = await work().catch((error) => {
    console.error(`  ✗ ${title}`)
    throw error
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`  ✓ ${title} (${typeof said === 'string' ? `${said}, ` : ''}${seconds} s)`)
  return said
}

function finish() {
  for (const home of homes) endCouriers(home)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
}

function newHome(name) {
  const home = join(scratch, 'homes', name)
  mkdirSync(home, { recursive: true })
  homes.push(home)
  return home
}

/** @param more environment variables, such as the workflow sets */
async function release(more = { PNPM_CONFIG_PROVENANCE: 'false' }) {
  const { PATH, SystemRoot } = process.env
  await run(process.execPath, [join(ROOT, 'scripts/release.mjs'), '--no-git-tag'], {
    cwd: workspace,
    shell: false,
    // Nothing of this machine's own, by which it may be one that can sign.
    env: withPnpm({ PATH, SystemRoot, HOME: newHome('release'), npm_config_registry: registry.url, ...more }),
  })
}

/** Only a workflow can sign where a package comes from; asked for it anywhere else, pnpm publishes nothing. */
async function provenance() {
  const workflow = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')
  const [, variable] = /^ +(\w*PROVENANCE): "true"$/m.exec(workflow) ?? []
  await assert.rejects(release({ [variable]: 'true' }), /PROVENANCE_UNSUPPORTED_PROVIDER/)
  for (const name of names) assert.deepEqual(await registry.versions(name), {})
}

function projectsBy(client) {
  return async () => {
    const directory = join(scratch, 'projects', client)
    await step(`a project, installed by ${client}`, async () => {
      // pnpm shows a project only what it asked for itself, and the TypeScript one names a type of another package.
      const names = ['@visivo/telemetry', '@visivo/sanitize']
      await install({ directory, client, names, registry, home: newHome(client) })
    })
    for (const kind of Object.keys(KINDS))
      await step(`${kind} in the project of ${client}`, () => aProgram(directory, kind))
  }
}

async function commandAndGuides() {
  await step('the visivo command, installed by npm', theCommand)
  for (const page of GUIDES)
    await step(`${page}, from an empty directory`, async () => {
      const directory = join(scratch, 'projects', page)
      await followGuide({ page, directory, registry, home: newHome(page) })
    })
}

async function aProgram(project, kind) {
  const home = newHome(`${basename(project)}-${kind}`)
  const sent = await sentBy(home, (receiver) => tryKind({ project, kind, receiver, home }))
  assert.deepEqual(sent.command_args, ['--name', '<value>'])
}

async function theCommand() {
  const home = newHome('command')
  const directory = join(scratch, 'projects', 'command')
  await install({ directory, client: 'npm', names: ['@visivo/cli'], registry, home })
  const project = join(scratch, 'sales')
  cpSync(join(ROOT, 'examples/sales'), project, {
    recursive: true,
    filter: (path) => !path.endsWith('target'),
  })
  const sent = await sentBy(home, (receiver) =>
    run(join(directory, 'node_modules/.bin/visivo'), ['compile'], {
      cwd: project,
      env: personAt(home, receiver),
    }),
  )
  assert.equal(sent.command, 'compile')
  assert.equal(sent.success, true)
}

/** The properties of the one command that a person runs in a new home. */
async function sentBy(home, work) {
  const receiver = await startReceiver()
  try {
    await work(receiver)
    const events = await receiver.received(2)
    return events.find(({ event }) => event === 'cli_command').properties
  } finally {
    endCouriers(home)
    await receiver.close()
  }
}

async function aPatch(before) {
  addChangeset(workspace, { [LEAF]: 'patch' })
  const after = await raiseVersions(workspace)
  const raised = names.filter((name) => after[name] !== before[name])
  assert.deepEqual(raised.sort(), [LEAF, ...ABOVE].sort())
  await release()
  for (const name of names) {
    const expected = raised.includes(name) ? [before[name], after[name]] : [before[name]]
    assert.deepEqual(Object.keys(await registry.versions(name)), expected)
  }
  const telemetry = (await registry.versions('@visivo/telemetry'))[after['@visivo/telemetry']]
  assert.equal(telemetry.dependencies[LEAF], `^${after[LEAF]}`)
  return `${raised.length} packages released, ${names.length - raised.length} left alone`
}
