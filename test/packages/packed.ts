import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a manifest on npm says, as far as these tests ask. */
export interface Manifest {
  readonly [field: string]: unknown
  readonly name: string
  readonly version: string
  readonly license: string
  readonly engines: { readonly node: string }
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}

/** A package as its user gets it. */
export interface Packed {
  readonly manifest: Manifest
  /** Its directory below the root of this repository. */
  readonly source: string
  readonly tarball: Buffer
  /** Where it lies unpacked, among the packages that it needs. */
  readonly installed: string
  /** Every file of it, with `/` in its path. */
  readonly files: readonly string[]
}

/** All packages, packed as for a release and unpacked as by an installation, in a directory of their own. */
export interface PackedPackages {
  readonly root: string
  readonly all: readonly Packed[]
  remove(): void
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The directories of the packages, below the root of this repository. */
export const PACKAGE_DIRECTORIES: readonly string[] = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(ROOT, group))
    .map((name) => `${group}/${name}`)
    .filter((directory) => existsSync(join(ROOT, directory, 'package.json'))),
)

/** Packs and unpacks all packages. Needs a build; takes seconds; throws with pnpm's own words if it fails. */
export function packPackages(): PackedPackages {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'packed-')))
  // Told as from where a person stands: pnpm and tar each stand elsewhere.
  const pack = [join(ROOT, 'scripts/pack.mjs'), basename(root)]
  execFileSync(process.execPath, pack, { cwd: dirname(root), stdio: 'pipe' })
  const all = PACKAGE_DIRECTORIES.map((source) => lookAt(root, source))
  return { root, all, remove: () => rmSync(root, { recursive: true, force: true }) }
}

function lookAt(root: string, source: string): Packed {
  const { name, version } = readManifest(join(ROOT, source))
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
  const installed = join(root, 'node_modules', name)
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(installed.length + 1)
        .replaceAll('\\', '/'),
    )
  return {
    source,
    installed,
    files: files.sort(),
    manifest: readManifest(installed),
    tarball: readFileSync(join(root, file)),
  }
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
}
