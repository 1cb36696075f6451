import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { packPackages } from './packed.ts'

const packed = packPackages()
afterAll(() => packed.remove())

/** Every way to import one of the packages. */
const entries = packed.all.flatMap(({ manifest }) =>
  Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [join(manifest.name, path).replaceAll('\\', '/')],
  ),
)

test('every entry can be required, and gives what an import gives', () => {
  const list = `const names = (module) => Object.keys(module).filter((name) => name !== '__esModule').sort()
    const found = {}`
  const required = run(
    '--input-type=commonjs',
    `${list}
    for (const entry of ${JSON.stringify(entries)}) found[entry] = names(require(entry))
    console.log(JSON.stringify(found))`,
  )
  const imported = run(
    '--input-type=module',
    `${list}
    for (const entry of ${JSON.stringify(entries)}) found[entry] = names(await import(entry))
    console.log(JSON.stringify(found))`,
  )
  const found: Readonly<Record<string, readonly string[]>> = JSON.parse(required)
  expect(found).toEqual(JSON.parse(imported))
  expect(Object.keys(found)).toEqual(entries)
  expect(Object.entries(found).filter(([, names]) => names.length === 0)).toEqual([])
})

test.each(['@visivo/sanitize', '@visivo/ci-detect', '@visivo/hash', '@visivo/machine-id'])(
  '%s has no dependencies at all',
  (name) => {
    const manifest = packed.all.find((one) => one.manifest.name === name)?.manifest
    expect(manifest).toBeDefined()
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundledDependencies'])
      expect(manifest).not.toHaveProperty(field)
    expect(loadedBy(name)).toEqual([`${name}/dist/index.js`])
  },
)

test.each([
  ['@visivo/telemetry', ['@visivo/telemetry/dist/on-demand.js']],
  ['@visivo/telemetry/server', ['@visivo/telemetry/dist/server.js']],
  ['@visivo/telemetry/testing', ['@visivo/telemetry/dist/testing.js']],
  ['@visivo/telemetry-config', ['@visivo/telemetry-config/dist/index.js']],
])('importing %s loads one file, and no code of anybody else', (entry, files) => {
  expect(loadedBy(entry)).toEqual(files)
})

test('all that is behind @visivo/telemetry is one more file, loaded by the first call', () => {
  expect(loadedBy('@visivo/telemetry', `.then((it) => it.createTelemetry({ version: '1.0.0' }))`)).toEqual([
    '@visivo/telemetry/dist/on-demand.js',
    '@visivo/telemetry/dist/index.cjs',
  ])
})

test('what Node imports, what it loads on demand, and what a bundler takes give the same', () => {
  const names = run(
    '--input-type=module',
    `const dist = ${urlOf(join(packed.root, 'node_modules/@visivo/telemetry/dist/'))}
    const names = async (file) => Object.keys(await import(dist + file)).sort().join()
    console.log(await names('on-demand.js'))
    console.log(await names('index.js'))
    const { createRequire } = process.getBuiltinModule('node:module')
    console.log(Object.keys(createRequire(dist)('./index.cjs')).sort().join())`,
  )
  const [onDemand, bundled, loaded] = names.split('\n')
  expect(onDemand).toMatch(/createTelemetry/)
  expect([bundled, loaded]).toEqual([onDemand, onDemand])
})

test('where the rest can not be loaded, telemetry is off, and says nothing to its host', () => {
  const alone = mkdtempSync(join(packed.root, 'alone-'))
  const dist = join(packed.root, 'node_modules/@visivo/telemetry/dist')
  copyFileSync(join(dist, 'on-demand.js'), join(alone, 'on-demand.mjs'))
  writeFileSync(
    join(alone, 'tool.mjs'),
    `import { createTelemetry, followCommand, followProcess } from './on-demand.mjs'
    const telemetry = createTelemetry({ version: '1.0.0' })
    telemetry.warmUp()
    telemetry.record('new_installation', {})
    followCommand(telemetry, ['run'], { name: 'tool' }).ended()
    followProcess(telemetry, { name: 'tool' }).note({})
    console.log(JSON.stringify(telemetry.consent()))`,
  )
  const said = run('--input-type=module', `await import(${urlOf(join(alone, 'tool.mjs'))})`, {
    HOME: alone,
    VISIVO_POSTHOG_API_KEY: 'phc_test',
  })
  expect(JSON.parse(said)).toEqual({ recording: false, because: 'telemetry could not be loaded' })
  expect(readdirSync(alone).sort()).toEqual(['on-demand.mjs', 'tool.mjs'])
})

test.each(['undefined', "''", '{}'])(
  'a test of the host that makes readFileSync give %s is neither ended nor called back by the first call',
  (given) => {
    const said = run(
      '--input-type=module',
      `import fs from 'node:fs'
      import { createTelemetry, followCommand } from '@visivo/telemetry'
      let calls = 0
      const mock = fs.readFileSync = () => (calls++, ${given})
      const telemetry = createTelemetry({ version: '1.0.0', home: '' })
      followCommand(telemetry, ['run'], { name: 'tool' }).ended()
      console.log(JSON.stringify([calls, fs.readFileSync === mock, telemetry.consent().because]))`,
      { DO_NOT_TRACK: '1' },
    )
    expect(JSON.parse(said)).toEqual([0, true, 'DO_NOT_TRACK is set (1)'])
  },
)

/**
 * The files below `node_modules` that a process loads when it imports an entry, by what V8 says it saw.
 * @param then what is done with the import
 */
function loadedBy(entry: string, then = ''): readonly string[] {
  const coverage = mkdtempSync(join(packed.root, 'coverage-'))
  run('--input-type=module', `await import('${entry}')${then}`, { NODE_V8_COVERAGE: coverage })
  const scripts = readdirSync(coverage).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => url)
  })
  return scripts.flatMap((url) => /\/node_modules\/(?!.*\/node_modules\/)(.*)$/.exec(url)?.[1] ?? [])
}

/** A path as Node imports it, between quotes: on Windows a path alone would be taken for a URL. */
function urlOf(path: string): string {
  return JSON.stringify(pathToFileURL(path).href)
}

function run(kind: string, code: string, more: Readonly<Record<string, string>> = {}): string {
  return execFileSync(process.execPath, [kind, '--eval', code], {
    cwd: packed.root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, ...more },
  })
}
