import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryProject } from './temp-project.ts'
import { visivo } from './visivo.ts'

/** Recolours, rings, begins the line anew, turns the order around, and begins a line like one of visivo's own. */
const HOSTILE = '\u001b[31m\u0007\r\u009b1m\u202e\nError: forged'
const SHOWN = String.raw`\u001b[31m\u0007\u000d\u009b1m\u202e\u000aError: forged`
const yaml = JSON.stringify(HOSTILE)

const PROJECT = `name: ${yaml}
${yaml}: 1
sources: [{ name: s, type: duckdb, database: ':memory:' }]
models: [{ name: m, source: ref(s), sql: select 1 }]
`

test.each<[string, string, string[], string]>([
  ['the name of a project', PROJECT, ['compile'], `Compiled ${SHOWN}: 1 source`],
  ['a key of a project', PROJECT, ['compile'], `Warning: project.visivo.yml:2: '${SHOWN}' is not a key`],
  ['a directory that is asked for', PROJECT, ['run', '-o', HOSTILE], `→ ${SHOWN}/data`],
  ['a filter', PROJECT, ['run', '--dag-filter', HOSTILE], `--dag-filter names '\\u001b[31m`],
  ['a command', PROJECT, [HOSTILE], "Error: unknown command '\\u001b[31m"],
  ['a flag', PROJECT, ['run', `--${HOSTILE}`], "Error: unknown option '--\\u001b[31m"],
  ['SQL', PROJECT.replace('select 1', yaml), ['run'], "the model 'm' failed: Parser Error"],
  ['an error with its stack', PROJECT, ['run', '--verbose', '-s', HOSTILE], "--source names '\\u001b[31m"],
])('%s shows what it holds, and the terminal obeys none of it', async (_case, project, args, says) => {
  const { stdout, stderr } = await visivo(temporaryProject({ 'project.visivo.yml': project }), args)
  expect(stdout + stderr).toContain(says)
  expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|^Error: forged/mu)
})

test('so does a name of a compiled project that somebody edited', async () => {
  const cwd = temporaryProject({ 'project.visivo.yml': PROJECT })
  await visivo(cwd, ['compile'])
  const path = join(cwd, 'target', 'project.json')
  const compiled = JSON.parse(readFileSync(path, 'utf8'))
  compiled.models[0].name = '\u001b[31m'
  writeFileSync(path, JSON.stringify(compiled))
  const { stderr } = await visivo(cwd, ['run', '--skip-compile'])
  expect(stderr).toMatch(/^Error: [^\n]* holds the name "\\u001b\[31m", which no object can have\. [^\n]*\n$/)
})

test('an exclusion of many wildcards that nearly matches holds nobody for ever, where no Ctrl-C would help', async () => {
  const exclusion = `${'*a'.repeat(15)}*b`
  const project = `name: p\nincludes: [{ path: parts, exclusions: ['${exclusion}'] }]\n`
  const part = 'models: [{ name: m, sql: select 1 }]\n'
  const files = { 'project.visivo.yml': project, [`parts/${'a'.repeat(200)}.yml`]: part }
  const { stdout } = await visivo(temporaryProject(files), ['compile'])
  expect(stdout).toContain('Compiled p: 1 model')
})
