import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsup'

interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly build?: { readonly entries?: readonly string[]; readonly inline?: readonly string[] }
}

const SOURCE = '@visivo/source'

/** Every source that the package's own `exports` names is an entry, and so are the ones only a process loads. */
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
const exported = Object.values(manifest.exports ?? {}).flatMap((target) =>
  typeof target === 'object' && target[SOURCE] ? [target[SOURCE]] : [],
)
const processes = manifest.build?.entries ?? []

const name = (file: string) => basename(file, '.ts')
const entry = (files: readonly string[]) => Object.fromEntries(files.map((file) => [name(file), file]))

export default defineConfig({
  entry: entry([...exported, ...processes]),
  format: 'esm',
  target: 'node20.20',
  platform: 'node',
  tsconfig: '../../tsconfig.base.json',
  dts: exported.length > 0 ? { entry: entry(exported) } : false,
  clean: true,
  splitting: true,
  noExternal: (manifest.build?.inline ?? []).map((library) => new RegExp(`^${library}(/|$)`)),
})
