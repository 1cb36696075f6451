// The packages of this repository, as its scripts see them.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of the repository, with a separator behind it. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WINDOWS = process.platform === 'win32'

/** Every package that is published, leaves first: its directory below the root, and its manifest. */
export function readPackages(root = ROOT) {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => ({ directory: `${group}/${name}`, manifest: readManifest(join(root, group, name)) }))
      .filter(({ manifest }) => manifest?.private !== true),
  )
}

/** Packs all of them into a directory, as a release does. Needs a build. Throws with pnpm's words if it fails. */
export function packAll(destination) {
  const which = ['--recursive', '--filter=./packages/*', '--filter=./apps/*']
  const packed = spawnSync('pnpm', [...which, 'pack', '--pack-destination', destination], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: WINDOWS,
    env: withPnpm(),
  })
  if (packed.status !== 0) throw new Error(`${packed.stdout}${packed.stderr}`)
}

/**
 * Packs all of them into a directory, and lays them out below its `node_modules` as an installation does, among what
 * they need of others, which comes from this repository's own installation. Needs a build.
 */
export function installAll(root) {
  packAll(root)
  const packages = readPackages()
  for (const { manifest } of packages) {
    const installed = join(root, 'node_modules', manifest.name)
    mkdirSync(installed, { recursive: true })
    const unpack = ['-xzf', tarballOf(manifest), '-C', installed, '--strip-components=1']
    execFileSync('tar', unpack, { cwd: root })
  }
  for (const { directory, manifest } of packages)
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const link = join(root, 'node_modules', name)
      if (existsSync(link)) continue
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(realpathSync(join(ROOT, directory, 'node_modules', name)), link, 'junction')
    }
}

/** The name of a package's tarball. */
export function tarballOf({ name, version }) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/** An environment in which `pnpm` is found: as it is when pnpm started this script, else by npx. Throws with npx's words. */
export function withPnpm(env = process.env) {
  const path = env.PATH ?? env.Path ?? ''
  if (spawnSync('pnpm', ['--version'], { env, shell: WINDOWS }).status === 0) return env
  const found = spawnSync('npx', ['-y', '-p', 'pnpm@12', '-c', WINDOWS ? 'where pnpm' : 'command -v pnpm'], {
    encoding: 'utf8',
    shell: WINDOWS,
  })
  if (found.status !== 0)
    throw new Error(`pnpm is not installed, and npx could not fetch it:\n${found.stderr}`)
  const [program = ''] = found.stdout.trim().split(/\r?\n/)
  return { ...env, PATH: `${dirname(program)}${delimiter}${path}` }
}

function readManifest(directory) {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  } catch {
    // A directory that a removed package left behind.
    return { private: true }
  }
}
