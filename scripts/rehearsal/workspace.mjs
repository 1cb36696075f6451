// A copy of what a release is made of, so that its versions can be raised without touching the repository.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, readPackages } from '../packages.mjs'
import { run } from './run.mjs'

const FILES = ['package.json', 'pnpm-workspace.yaml', '.pnpmfile.mjs', 'LICENSE', '.changeset']
const SOURCES = /[\\/](src|test|\.turbo)$/

/** Copies manifests, READMEs, built files and changesets into a git repository of its own. */
export async function copyWorkspace(directory, npmrc) {
  mkdirSync(directory, { recursive: true })
  for (const file of FILES) cpSync(join(ROOT, file), join(directory, file), { recursive: true })
  for (const { directory: own } of readPackages())
    cpSync(join(ROOT, own), join(directory, own), {
      recursive: true,
      // Its links to other packages of the repository lead to their copies.
      verbatimSymlinks: true,
      filter: (path) => !SOURCES.test(path),
    })
  mkdirSync(join(directory, 'node_modules', '@changesets'), { recursive: true })
  symlinkSync(
    join(ROOT, 'node_modules', '@changesets', 'cli'),
    join(directory, 'node_modules', '@changesets', 'cli'),
    'junction',
  )
  // The first release has its changeset; a later state of the repository may have none left.
  rmSync(join(directory, '.changeset'), { recursive: true, force: true })
  cpSync(join(ROOT, '.changeset', 'config.json'), join(directory, '.changeset', 'config.json'))
  writeFileSync(join(directory, '.npmrc'), npmrc)
  await git(directory, 'init', '--quiet', '--initial-branch=main')
  await commit(directory)
}

/** Writes a changeset: which packages change, and how much. */
export function addChangeset(directory, bumps) {
  const lines = Object.entries(bumps).map(([name, bump]) => `'${name}': ${bump}`)
  writeFileSync(
    join(directory, '.changeset', 'rehearsal.md'),
    `---\n${lines.join('\n')}\n---\n\nA rehearsal.\n`,
  )
}

/** Raises the versions as the changesets say, and gives those that came out. */
export async function raiseVersions(directory) {
  await run(process.execPath, [join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version'], {
    cwd: directory,
  })
  await commit(directory)
  return Object.fromEntries(readPackages(directory).map(({ manifest }) => [manifest.name, manifest.version]))
}

async function commit(directory) {
  await git(directory, 'add', '--all', '--force', '.')
  await git(
    directory,
    '-c',
    'user.name=rehearsal',
    '-c',
    'user.email=rehearsal@localhost',
    'commit',
    '--quiet',
    '-m',
    'x',
  )
}

async function git(directory, ...args) {
  await run('git', args, { cwd: directory, shell: false })
}
