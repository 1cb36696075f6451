import { copyFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { run } from './processes.ts'
import { temporaryDirectory } from './samples.ts'
import { fixture } from './scene.ts'

const BUILT_COURIER = fileURLToPath(new URL('../dist/courier-process.js', import.meta.url))

test.each([
  ['its events only wait, when the courier lies beside it', true],
  ['its events are sent, when the courier was left behind', false],
])('a bundle with its chunks in a directory of their own does not say that %s', async (_, hasCourier) => {
  const directory = temporaryDirectory()
  await build({
    entryPoints: [fixture('status.mjs')],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    // As Vite names them.
    chunkNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
  })
  if (hasCourier) copyFileSync(BUILT_COURIER, join(directory, 'courier-process.js'))
  const env = { HOME: directory, USERPROFILE: directory }
  const seen = await run([process.execPath, join(directory, 'status.mjs')], { cwd: directory, env })
  expect(seen).toMatchObject({ stdout: `${hasCourier}\n`, stderr: '' })
})

test.each(['flush', 'courier-process', 'courier-thread'])(
  'a bundler of %s does not complain of a package that nobody was told to install',
  async (name) => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
    })
    const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
    expect(left.filter((path) => !isBuiltin(path))).toEqual([])
  },
)
