import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { fixture, type Scene } from './scene.ts'

/** The courier thread as it is built, which a bundle is without. */
export const BUILT_THREAD = fileURLToPath(new URL('../dist/courier-thread.js', import.meta.url))

/** Bundles a fixture as an adopter does: one file, without the courier's own. Minified, it calls classes as it likes. */
export async function bundle(scene: Pick<Scene, 'root'>, name: string, minify = false): Promise<string> {
  return join(await bundleOf(scene, fixture(name), minify), name)
}

/** Bundles a source of the package in the same way, for a test that calls it with a courier thread of its own beside it. */
export async function bundleSource(scene: Pick<Scene, 'root'>, name: string): Promise<string> {
  const source = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))
  return join(await bundleOf(scene, source), `${name}.mjs`)
}

async function bundleOf({ root }: Pick<Scene, 'root'>, entry: string, minify = false): Promise<string> {
  const outDir = join(root, 'bundle')
  await build({
    entry: [entry],
    outDir,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    minify,
    dts: false,
    noExternal: [/./],
  })
  return outDir
}
