import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { start, visivo } from './visivo.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

test.each<[string, Buffer]>([
  ['Latin-1', latin1('name: p\nmodels: [{ name: m, sql: "select \'K\xf6ln\'" }]\n')],
  ['UTF-16', Buffer.from('\ufeffname: p\n', 'utf16le')],
])('a project in %s is refused rather than read wrong', async (_case, bytes) => {
  const cwd = temporaryProject({})
  writeFileSync(join(cwd, 'project.visivo.yml'), bytes)
  const { code, stderr } = await visivo(cwd, ['compile'])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /project\.visivo\.yml can't be read \(it is no UTF-8\)\. It has to be a text in UTF-8/,
  )
})

test('a byte order mark is no part of a key', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': '\ufeffname: p\n' })
  expect(await visivo(cwd, ['compile'])).toMatchObject({ code: 0, stderr: '' })
})

test('a value of the env file in another encoding is refused, a comment is not', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': 'name: p\n' })
  writeFileSync(join(cwd, '.env'), latin1('# f\xfcr alle\nA=1\n'))
  expect(await visivo(cwd, ['compile'])).toMatchObject({ code: 0 })
  writeFileSync(join(cwd, '.env'), latin1('PASSWORD=gr\xfcn\n'))
  const { code, stderr } = await visivo(cwd, ['compile'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/\.env can't be read\. It has to be a text in UTF-8/)
})

test.skipIf(process.platform === 'win32')(
  'an include that is a pipe is not waited for',
  async () => {
    const cwd = temporaryProject({ 'project.visivo.yml': 'name: p\nincludes: [{ path: pipe.yml }]\n' })
    execFileSync('mkfifo', [join(cwd, 'pipe.yml')])
    const { code, stderr } = await start(cwd, ['compile']).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/pipe\.yml can't be read \(it is no regular file\)/)
  },
  5_000,
)
