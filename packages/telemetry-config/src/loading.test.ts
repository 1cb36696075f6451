import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'telemetry-loading-'))
const at = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

beforeAll(async () => {
  writeFileSync(join(root, 'package.json'), '{"type":"module","dependencies":{"yaml":"*"}}')
  symlinkSync(at('../node_modules'), join(root, 'node_modules'), 'junction')
  const entry = { index: at('./index.ts') }
  await build({
    entry,
    outDir: join(root, 'dist'),
    format: 'esm',
    config: false,
    silent: true,
    external: ['yaml'],
  })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Decides in a process of its own, and tells what that took. */
const SCRIPT = `
  import { createRequire } from 'node:module'
  const { decide, visivo } = await import(process.argv[1])
  const absent = { state: 'absent', path: '' }
  const file = (text) => (text === '' ? absent : { state: 'read', path: '', text })
  const [project, global] = process.argv.slice(2).map((text) => file(text.slice(1)))
  const decision = decide(visivo, { env: { VISIVO_POSTHOG_API_KEY: 'k' }, envFile: {}, project, global })
  const loaded = Object.keys(createRequire(import.meta.url).cache).some((name) => /[\\\\/]yaml[\\\\/]/.test(name))
  const crypto = process.moduleLoadList.includes('NativeModule internal/crypto/hash')
  console.log(JSON.stringify({ enabled: decision.enabled, loaded, crypto }))
`

test.each([
  ['without files', '', '', true, false],
  ['with files without the word', 'name: x\nmodels: [1]\n', 'a: 1\n', true, false],
  ['with the word in a comment', '# telemetry_enabled: false\nmodels: [1]\n', '', true, false],
  [
    'with a plain off in the project',
    'models: [1]\ndefaults:\n  telemetry_enabled: false\n',
    '',
    false,
    false,
  ],
  ['with a plain off in the global file', '', 'a: [1]\ntelemetry_enabled: false\n', false, false],
  ['with a plain on in the global file', '', 'telemetry_enabled: true\n', true, false],
  ['but not with an on in the project', 'defaults:\n  telemetry_enabled: true\n', '', true, true],
  ['but not with a flow map', '', '{telemetry_enabled: false}', false, true],
])('no YAML parser is loaded %s', (_, project, global, enabled, loaded) => {
  expect(decideIn(root, project, global)).toEqual({ enabled, loaded, crypto: false })
})

test('where the YAML parser can’t be found, what only it could read is off', () => {
  const bundled = mkdtempSync(join(tmpdir(), 'telemetry-bundled-'))
  onTestFinished(() => rmSync(bundled, { recursive: true, force: true }))
  cpSync(join(root, 'dist'), join(bundled, 'dist'), { recursive: true })
  writeFileSync(join(bundled, 'package.json'), '{"type":"module"}')
  // In the way of one that lies further up.
  mkdirSync(join(bundled, 'node_modules', 'yaml'), { recursive: true })
  writeFileSync(join(bundled, 'node_modules', 'yaml', 'package.json'), '{"exports":{}}')
  expect(decideIn(bundled, '', 'telemetry_enabled: true\n')).toMatchObject({ enabled: true })
  expect(decideIn(bundled, '', '{telemetry_enabled: true}')).toMatchObject({ enabled: false, loaded: false })
})

test('a tool that has the YAML parser in its bundle can switch off and on where no other is to be found', async () => {
  const bundled = mkdtempSync(join(tmpdir(), 'telemetry-bundled-'))
  onTestFinished(() => rmSync(bundled, { recursive: true, force: true }))
  await build({
    entry: { edit: at('./edit.ts') },
    outDir: join(bundled, 'dist'),
    format: 'esm',
    config: false,
    silent: true,
    noExternal: ['yaml'],
    // As the guide has it: the parser is CommonJS and asks for `process`.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  })
  writeFileSync(join(bundled, 'package.json'), '{"type":"module"}')
  mkdirSync(join(bundled, 'node_modules', 'yaml'), { recursive: true })
  writeFileSync(join(bundled, 'node_modules', 'yaml', 'package.json'), '{"exports":{}}')
  const edit = pathToFileURL(join(bundled, 'dist', 'edit.js')).href
  const file = join(bundled, 'config.yml')
  const switchTo = (enabled: boolean) => {
    const script = `const { setTelemetryEnabled } = await import(process.argv[1])
      setTelemetryEnabled(process.argv[2], ['telemetry_enabled'], ${enabled})`
    execFileSync(process.execPath, ['--input-type=module', '-e', script, edit, file], { cwd: bundled })
  }
  const config = () => readFileSync(file, 'utf8')
  switchTo(false)
  expect(config()).toBe('telemetry_enabled: false\n')
  switchTo(true)
  expect(config()).toBe('telemetry_enabled: true\n')
  switchTo(false)
  expect(config()).toBe('telemetry_enabled: false\n')
})

function decideIn(directory: string, project: string, global: string) {
  const built = pathToFileURL(join(directory, 'dist', 'index.js')).href
  const args = ['--input-type=module', '-e', SCRIPT, built, `=${project}`, `=${global}`]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: directory }))
}
