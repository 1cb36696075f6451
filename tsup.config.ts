import { readFileSync, rmSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { basename, resolve } from 'node:path'
import { defineConfig, type Options } from 'tsup'

interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly build?: {
    /** Files that only a process loads, or another file of the package. */
    readonly entries?: readonly string[]
    /** What is built as CommonJS too, for one of our own files to load. */
    readonly commonjs?: readonly string[]
    /** Whose code becomes part of what is built. */
    readonly inline?: readonly string[]
  }
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

/**
 * PostHog's library imports this for e-mails alone, and nobody here sends any. Left in what is built, it is something that
 * a bundler of our users looks for and does not find.
 */
const noEmails: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'no-emails',
  setup(build) {
    build.onResolve({ filter: /^@react-email\/render$/ }, ({ path }) => ({ path, namespace: 'nothing' }))
    build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }))
  },
}

// Before the builds and not by them: they write to it side by side.
rmSync('dist', { recursive: true, force: true })

const common: Options = {
  target: 'node20.20',
  platform: 'node',
  tsconfig: '../../tsconfig.build.json',
  // One file to an entry: a command that loads one waits for no second.
  splitting: manifest.build?.inline === undefined,
  removeNodeProtocol: false,
  // Says whose code a bundle carries; scripts/third-party-notices.mjs reads it, nobody publishes it.
  metafile: (manifest.build?.inline ?? []).length > 0,
  esbuildPlugins: [leanBuiltins, rawTexts, noEmails],
  // A release build is given its PostHog; any other has none, whatever the environment of its user says.
  env: Object.fromEntries(
    ['VISIVO_RELEASE_POSTHOG_HOST', 'VISIVO_RELEASE_POSTHOG_API_KEY'].map((name) => [
      name,
      process.env[name] ?? '',
    ]),
  ),
  noExternal: (manifest.build?.inline ?? []).map((library) => new RegExp(`^${library}(/|$)`)),
}

const shared = {
  // Half the text is half the time that Node takes to read it. Names stay as they are, and the sources are published.
  minifyWhitespace: true,
  minifySyntax: true,
  // What is taken in of our own packages is taken from their sources, of which only what is used remains.
  conditions: [SOURCE],
}

const modules: Options = {
  ...common,
  entry: entry([...exported, ...processes]),
  format: 'esm',
  dts: exported.length > 0 ? { entry: entry(exported) } : false,
  esbuildOptions: (options) => void Object.assign(options, shared),
}

const commonjs: Options = {
  ...common,
  entry: entry(manifest.build?.commonjs ?? []),
  format: 'cjs',
  splitting: false,
  esbuildOptions: (options) =>
    void Object.assign(options, shared, {
      define: {
        ...options.define,
        'import.meta.dirname': '__dirname',
        'import.meta.url': '__filename',
      },
    }),
}

export default defineConfig(manifest.build?.commonjs ? [modules, commonjs] : modules)
