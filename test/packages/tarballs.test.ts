import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, expect, test } from 'vitest'
import { PACKAGE_DIRECTORIES, packPackages } from './packed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const REPOSITORY = 'https://github.com/visivo-io/visivo-telemetry'
/** Everything that a tarball may hold. */
const PUBLISHED =
  /^(dist\/[\w.-]+\.(js|cjs|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-NOTICES\.md)$/
/** What a person on Node 20.20 or later does not meet: their Node loads ESM from CommonJS. */
const NOT_ESM = 'node16-cjs'

const packed = packPackages()
afterAll(() => packed.remove())
const each = packed.all.map((one) => [one.manifest.name, one] as const)

test('there are six packages and two apps', () => {
  expect(PACKAGE_DIRECTORIES).toHaveLength(8)
})

test.each(each)('%s holds what its user needs, and nothing else', (_, { files }) => {
  expect(files.filter((file) => !PUBLISHED.test(file))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']))
})

test.each(each)('%s says where it comes from and where it runs', (_, { manifest, source }) => {
  expect(manifest).toMatchObject({
    type: 'module',
    license: 'Apache-2.0',
    engines: { node: '^20.20.0 || >=22.22.0' },
    repository: { type: 'git', url: `git+${REPOSITORY}.git`, directory: source },
    homepage: `${REPOSITORY}/tree/main/${source}#readme`,
    bugs: `${REPOSITORY}/issues`,
    publishConfig: { access: 'public' },
    description: expect.stringMatching(/^[A-Z].{20,110}\.$/),
    keywords: expect.arrayContaining([expect.any(String)]),
    sideEffects: expect.anything(),
  })
})

test.each(each)('%s keeps nothing of this repository in its manifest', (_, { manifest }) => {
  expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:|@visivo\/source|\.\/src\//)
  for (const field of ['scripts', 'devDependencies', 'build']) expect(manifest).not.toHaveProperty(field)
})

test('Yarn lays @visivo/telemetry on the disk and not into an archive, where no courier can be started', () => {
  const manifest = packed.all.find((one) => one.manifest.name === '@visivo/telemetry')?.manifest
  expect(manifest).toMatchObject({ preferUnplugged: true })
})

test.each(each)('%s: publint finds nothing', async (_, { tarball, manifest }) => {
  const buffer = new Uint8Array(tarball).buffer
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, level: 'suggestion', strict: true })
  expect(pkg?.name).toBe(manifest.name)
  expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([])
})

test.each(each)(
  '%s: its types are those of its code, also where TypeScript looks at no `exports` (`module: commonjs`)',
  async (_, { tarball }) => {
    const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
    if (!result.types) throw new Error('no types')
    const problems = result.problems.filter((problem) => !isNotEsm(problem))
    expect(problems).toEqual([])
  },
)

test.each([
  ['whose code is carried in built files is named with its license', 'third-party-notices.mjs'],
  ['docs/packages.md says how large the packages are, and what an import loads', 'package-table.mjs'],
])('%s', (_, script) => {
  const check = [join(ROOT, 'scripts', script), '--check']
  const { stderr, status } = spawnSync(process.execPath, check, { encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})

function isNotEsm(problem: object): boolean {
  return 'resolutionKind' in problem && problem.resolutionKind === NOT_ESM
}
