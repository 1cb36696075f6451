import { join } from 'node:path'
import { build } from 'tsup'
import { fixture, type Scene } from './scene.ts'

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
