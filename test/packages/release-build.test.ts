import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GIVEN = {
  VISIVO_RELEASE_POSTHOG_HOST: 'https://built.example',
  VISIVO_RELEASE_POSTHOG_API_KEY: 'phc_built',
}
const OF_A_USER = {
  VISIVO_RELEASE_POSTHOG_HOST: 'https://elsewhere.example',
  VISIVO_RELEASE_POSTHOG_API_KEY: 'phc_elsewhere',
}

test('a release sends to the PostHog that its build was given, whatever the environment of its user says', () => {
  expect(posthogOf(build(GIVEN), OF_A_USER)).toEqual({ host: 'https://built.example', apiKey: 'phc_built' })
})

test('any other build has none, whatever the environment of its user says', () => {
  expect(posthogOf(join(ROOT, 'apps/api/dist/product.js'), OF_A_USER)).toEqual({})
})

/** Builds the file that knows where a release sends to, in a copy, with the repository's own settings. */
function build(env: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'release-build-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const home = join(root, 'apps/api')
  mkdirSync(home, { recursive: true })
  for (const file of ['tsconfig.base.json', 'tsconfig.build.json', 'apps/api/src'])
    cpSync(join(ROOT, file), join(root, file), { recursive: true })
  symlinkSync(join(ROOT, 'apps/api/node_modules'), join(home, 'node_modules'), 'junction')
  // Only this file, and as one that a process loads: without types, which would take their time.
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ type: 'module', build: { entries: ['./src/product.ts'] } }),
  )
  const tsup = join(dirname(createRequire(import.meta.url).resolve('tsup')), 'cli-default.js')
  execFileSync(process.execPath, [tsup, '--config', join(ROOT, 'tsup.config.ts')], {
    cwd: home,
    stdio: 'pipe',
    env: { ...surroundings(), ...env },
  })
  return join(home, 'dist/product.js')
}

function posthogOf(file: string, env: Readonly<Record<string, string>>): unknown {
  const code = `import { releasedVisivo } from '${pathToFileURL(file)}'; console.log(JSON.stringify(releasedVisivo().posthog))`
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    env: { ...surroundings(), ...env },
  })
  return JSON.parse(said)
}

function surroundings() {
  return { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot }
}
