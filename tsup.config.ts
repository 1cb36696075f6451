import { readFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { defineConfig, type Options } from 'tsup'

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

/**
 * Built-in modules by `process.getBuiltinModule`: an `import` of `node:fs` names all its exports, which loads
 * streams, promises and more behind it. Measured with Node 20.20: 3 ms of every start.
 */
const leanBuiltins: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'lean-builtins',
  setup(build) {
    const names = new Set(builtinModules)
    build.onResolve({ filter: /^(node:)?[a-z_/]+$/ }, ({ path, kind }) =>
      kind === 'import-statement' && names.has(path.replace(/^node:/, ''))
        ? { path, namespace: 'builtin' }
        : null,
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: pickFrom(path),
      loader: 'js',
    }))
  },
}

/** A module with every export of a built-in one, of which a bundle keeps only those that it uses. */
function pickFrom(builtin: string): string {
  const names = Object.keys(createRequire(import.meta.url)(builtin)).filter((name) =>
    /^[A-Za-z]\w*$/.test(name),
  )
  return [
    `const builtin = process.getBuiltinModule(${JSON.stringify(builtin)})`,
    'const pick = (name) => builtin[name]',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ pick(${JSON.stringify(name)})`),
    'export default builtin',
  ].join('\n')
}

/** `import page from './page.html?raw'`: the text of a file becomes part of what is built, as it does in tests. */
const rawTexts: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'raw-texts',
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      namespace: 'raw',
    }))
    build.onLoad({ filter: /\?raw$/, namespace: 'raw' }, ({ path }) => ({
      contents: readFileSync(path.replace(/\?raw$/, '')),
      loader: 'text',
    }))
  },
}

export default defineConfig({
  entry: entry([...exported, ...processes]),
  format: 'esm',
  target: 'node20.20',
  platform: 'node',
  tsconfig: '../../tsconfig.build.json',
  dts: exported.length > 0 ? { entry: entry(exported) } : false,
  clean: true,
  // One file to an entry: a command that loads one waits for no second.
  splitting: manifest.build?.inline === undefined,
  removeNodeProtocol: false,
  // Says whose code a bundle carries; scripts/third-party-notices.mjs reads it, nobody publishes it.
  metafile: (manifest.build?.inline ?? []).length > 0,
  esbuildPlugins: [leanBuiltins, rawTexts],
  // Half the text is half the time that Node takes to read it. Names stay as they are, and the sources are published.
  esbuildOptions: (options) => {
    options.minifyWhitespace = true
    options.minifySyntax = true
  },
  // A release build is given its PostHog; any other has none, whatever the environment of its user says.
  env: Object.fromEntries(
    ['VISIVO_RELEASE_POSTHOG_HOST', 'VISIVO_RELEASE_POSTHOG_API_KEY'].map((name) => [
      name,
      process.env[name] ?? '',
    ]),
  ),
  noExternal: (manifest.build?.inline ?? []).map((library) => new RegExp(`^${library}(/|$)`)),
})
