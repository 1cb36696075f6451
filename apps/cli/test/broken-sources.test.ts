import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

const json = (...path: readonly string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

const source = (yaml: string) =>
  `name: p\nsources:\n  - ${yaml}\nmodels:\n  - { name: m, source: ref(s), sql: select 1 }\n`

test.skipIf(process.platform === 'win32').each([
  ['a CSV', 'type: csv, file: pipe.csv'],
  ['a database', 'type: duckdb, database: pipe.csv'],
])('%s that is a pipe, rather than waiting for its writer for ever', async (_case, keys) => {
  const cwd = temporaryProject({ 'project.visivo.yml': source(`{ name: s, ${keys} }`) })
  execFileSync('mkfifo', [join(cwd, 'pipe')])
  symlinkSync('pipe', join(cwd, 'pipe.csv'))
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: project\.visivo\.yml:3: [^\n]* is no regular file[^\n]*\n$/)
})

test('a CSV that is several files is read as one', async () => {
  const cwd = temporaryProject({
    'project.visivo.yml': source("{ name: s, type: csv, file: 'd/*.csv' }").replace(
      'select 1',
      'select a from s',
    ),
    'd/1.csv': 'a\n1\n',
    'd/2.csv': 'a\n2\n',
  })
  expect(await visivo(cwd, ['run'])).toMatchObject({ code: 0 })
  expect(json(cwd, 'target', 'data', 'm.json').rows).toEqual([[1], [2]])
})

test.each([
  [
    'a seed whose program is empty',
    "args: ['']",
    /^Error: [^\n]*:3: the seed of table 't' of 's' names no program: the first of its `args:` is empty\.\n$/,
  ],
  [
    'a seed with an argument that no program can take',
    'args: [node, "\\0"]',
    /^Error: [^\n]*:3: the seed of table 't' \(node\) could not run: [^\n]*null bytes[^\n]* Check `args:`\.\n$/,
  ],
  [
    'a seed that prints another encoding',
    `args: [node, -e, "process.stdout.write(Buffer.from('612c620a312c636166e90a', 'hex'))"]`,
    /^Error: [^\n]*:3: the seed of table 't' \(node\) printed what is not a CSV: what it printed is not UTF-8 [^\n]*\n$/,
  ],
])('%s', async (_case, args, message) => {
  const yaml = `{ name: s, type: duckdb, database: s.db, seeds: [{ table_name: t, ${args} }] }`
  const cwd = temporaryProject({ 'project.visivo.yml': source(yaml) })
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})

const many = 'a,b\n'.concat('1,x\n'.repeat(60_000))
test.each([
  [
    'in another encoding',
    'a,b\n1,caf\xe9\n',
    /:3: the source 's' .*s\.csv is not UTF-8 \(line 2\)\. Save it as UTF-8\./,
  ],
  [
    'in another encoding, far below',
    `${many}2,caf\xe9\n`,
    /:5: the model 'm' failed: .*s\.csv is not UTF-8 \(line 60002\)/,
  ],
  [
    'with a word among numbers',
    `${many}zzz,x\n`,
    /:5: the model 'm' failed: line 60002 of .*s\.csv: .*"zzz".* Correct it/,
  ],
  [
    'that is a picture',
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR',
    /:3: the source 's' .* Check that it is a CSV in UTF-8/,
  ],
])('a CSV %s is told in a line, without settings that nobody can make here', async (_case, text, message) => {
  const yaml = source('{ name: s, type: csv, file: s.csv }').replace('select 1', 'select * from s')
  const cwd = temporaryProject({ 'project.visivo.yml': yaml })
  writeFileSync(join(cwd, 's.csv'), text, 'latin1')
  const { code, stderr } = await visivo(cwd, ['run'])
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).toMatch(/^Error: [^\n]*\n$/)
})
