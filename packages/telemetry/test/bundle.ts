import { join } from 'node:path'
import { build } from 'tsup'
import { fixture, type Scene } from './scene.ts'

/** Bundles a fixture as an adopter does: one file, without the courier's own. */
export async function bundle(scene: Scene, name: string): Promise<string> {
  const outDir = join(scene.root, 'bundle')
  await build({
    entry: [fixture(name)],
    outDir,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    dts: false,
    noExternal: [/./],
  })
  return join(outDir, name)
}
