import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { fixture, type Scene } from './scene.ts'

/** The courier thread as it is built, which a bundle is without. */
export const BUILT_THREAD = fileURLToPath(new URL('../dist/courier-thread.js', import.meta.url))

/** Bundles a fixture as an adopter does: one file, without the courier's own. Minified, it calls classes as it likes. */
export async function bundle({ root }: Pick<Scene, 'root'>, name: string, minify = false): Promise<string> {
  const outDir = join(root, 'bundle')
  await build({
    entry: [fixture(name)],
    outDir,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    minify,
    dts: false,
    noExternal: [/./],
  })
  return join(outDir, name)
}
