import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const withSource = (keys: string) =>
  `name: p\nsources:\n  - { name: s, ${keys} }\nmodels:\n  - { name: m, source: ref(s), sql: select 1 }\n`

// A link to itself answers everybody as a closed directory does those whom it is closed to: not that nothing is there.
test.skipIf(process.platform === 'win32').each([
  ['an include', 'name: p\nincludes:\n  - path: loop\n', ":3: 'loop' can't be read (ELOOP: "],
  [
    'a CSV',
    withSource('type: csv, file: loop'),
    '/loop (ELOOP: too many symbolic links encountered). Make it',
  ],
  [
    'a database',
    withSource('type: duckdb, database: loop'),
    '/loop (ELOOP: too many symbolic links encountered). Make it',
  ],
])(
  '%s of which the system does not tell whether it is there is not said to be missing',
  async (_case, yaml, says) => {
    const cwd = temporaryProject({ 'project.visivo.yml': yaml })
    symlinkSync('loop', join(cwd, 'loop'))
    const { code, stderr } = await visivo(cwd, ['run'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: project\.visivo\.yml:3: /)
    expect(stderr).toContain(says)
  },
)

test.skipIf(process.platform === 'win32').each([
  [['compile', '-w', 'loop'], /\/loop\/\.env can't be read \(ELOOP: [^\n]*\)\. It has to be/],
  [
    ['compile', '-w', 'loop', '-e', '/dev/null'],
    /the directory \/[^\n]*\/loop can't be entered \(ELOOP: [^\n]*Check --working-dir\.\n$/,
  ],
])('the reason why a directory can not be entered is told: %s', async (args, message) => {
  const cwd = temporaryProject({})
  symlinkSync('loop', join(cwd, 'loop'))
  const { code, stderr } = await visivo(cwd, args)
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) })
})

test('a name that no file can have is one of no file, and a pattern may be as long', async () => {
  const long = '[x]'.repeat(90)
  const cwd = temporaryProject({
    'project.visivo.yml': withSource(`type: csv, file: '${long}.csv'`),
    [`${'x'.repeat(90)}.csv`]: 'a,b\n1,2\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  writeFileSync(join(cwd, 'project.visivo.yml'), `name: p\nincludes:\n  - path: ${'x'.repeat(300)}\n`)
  const { stderr } = await visivo(cwd, ['run'])
  expect(stderr).toContain("x' doesn't exist; it was looked for at ")
})

test('a CSV that is a directory is called one', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': withSource('type: csv, file: d') })
  mkdirSync(join(cwd, 'd'))
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Error: project\.visivo\.yml:3: [^\n]*d is a directory\. Name a file in it under `file:`, or several/,
  )
})

test('a compiled project that can not be read: the system’s reason is told', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': 'name: p\n' })
  mkdirSync(join(cwd, 'target', 'project.json'), { recursive: true })
  const { stderr } = await visivo(cwd, ['run', '--skip-compile'])
  expect(stderr).toMatch(
    /project\.json can't be read \(EISDIR: illegal operation on a directory\)\. Run `visivo compile`/,
  )
})
