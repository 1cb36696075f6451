// The packages of this repository, as its scripts see them.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

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
  const packed = pnpm([
    '--recursive',
    '--filter=./packages/*',
    '--filter=./apps/*',
    'pack',
    '--pack-destination',
    destination,
  ])
  if (packed.status !== 0) throw new Error(`${packed.stdout}${packed.stderr}`)
}

/** The name of a package's tarball. */
export function tarballOf({ name, version }) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/** Runs pnpm: the one that runs this script, or else the one that npx finds. */
export function pnpm(args, options = {}) {
  const own = process.env.npm_execpath
  const [program, ...first] =
    own && /pnpm\.[cm]?js$/.test(own) ? [process.execPath, own] : ['npx', '-y', 'pnpm@12']
  const shell = process.platform === 'win32' && program === 'npx'
  return spawnSync(program, [...first, ...args], { cwd: ROOT, encoding: 'utf8', shell, ...options })
}

function readManifest(directory) {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  } catch {
    // A directory that a removed package left behind.
    return { private: true }
  }
}
