import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { blocksOf, codeOf, type Page, ROOT, readPage, readPages, type Table, tableWith } from './markdown.ts'
import { type Manifest, PACKAGE_DIRECTORIES } from './packages/packed.ts'
import { freePort, type Started, startCommand } from './shell.ts'
import { type Claim, claimsOf, commandsOf, isAsClaimed, moduleOf, plain, resultsIn } from './snippets.ts'

/** A project for the pages that serve one: its model has 250 rows. */
const SHOP = `name: shop
sources: [{ name: memory, type: duckdb, database: ':memory:' }]
defaults: { source_name: memory }
models: [{ name: orders, sql: 'select (range + 1)::integer as id from range(250)' }]
`

// Their commands are those of a POSIX shell. A guide is followed by a test of its own.
describe.skipIf(process.platform === 'win32')('what a page says that comes out, comes out', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'readmes-')))
  const home = join(root, 'home')
  const pages = readPages().filter(({ path }) => !path.startsWith('docs/guide-'))

  beforeAll(async () => {
    mkdirSync(home)
    link(join(root, 'node_modules'), 'commander', join(ROOT, 'packages/telemetry/node_modules/commander'))
    for (const directory of PACKAGE_DIRECTORIES) {
      const { name, bin = {} } = manifestOf(directory)
      link(join(root, 'node_modules'), name, join(ROOT, directory))
      for (const [program, file] of Object.entries(bin))
        link(join(root, 'bin'), program, join(ROOT, directory, file))
    }
    const unwanted = join(ROOT, 'examples/sales/target')
    cpSync(join(ROOT, 'examples/sales'), join(root, 'examples/sales'), {
      recursive: true,
      filter: (path) => !path.startsWith(unwanted),
    })
    writeFileSync(join(root, 'project.visivo.yml'), SHOP)
    expect(await start('visivo run').ended).toContain('Ran 1 model')
  })

  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test.each(snippetsOf(pages))('%s, its snippet %#', async (_, code) => {
    writeFileSync(join(root, 'snippet.mjs'), moduleOf(code))
    const output = await start('node snippet.mjs').ended
    const results = resultsIn(output.replaceAll(home, '/home/ada'))
    const claims = claimsOf(code)
    expect(results.length, output).toBe(claims.length)
    for (const [at, claim] of claims.entries()) compare(results[at] ?? '', claim.result)
  })

  test.each(shellClaimsOf(pages))('%s: %s', async (path, _, claim) => {
    for (const { file, text } of blocksOf(readPage(path)))
      if (file !== '') writeFileSync(join(root, file), text)
    const cwd = path.startsWith('examples/') ? join(ROOT, dirname(path)) : root
    const port = await freePort()
    const here = (text: string) => text.replaceAll(/\b[38]000\b/g, port)
    const result = here(claim.result)
    const program = start(here(claim.beside ?? claim.what), cwd, port)
    onTestFinished(() => void program.child.kill('SIGKILL'))
    if (claim.beside !== undefined) {
      await program.printed((text) => text !== '')
      await start(here(claim.what), cwd, port).ended
    }
    if (claim.beside !== undefined || result.includes('Ctrl-C')) {
      await program.printed((text) => isAsClaimed(text, result))
      program.child.kill('SIGINT')
    }
    compare(await program.ended, result)
  })

  function start(command: string, cwd: string = root, port = '0'): Started {
    const path = `${join(root, 'bin')}${delimiter}${process.env.PATH}`
    // Without a shell oclif asks the system, which knows nothing of a user that it has no entry for, and ends.
    const env = { PATH: path, HOME: home, SHELL: '/bin/sh', NO_COLOR: '1', CI: 'false', PORT: port }
    return startCommand(command, cwd, env)
  }
})

describe('what a package exports is in its README', () => {
  const each = PACKAGE_DIRECTORIES.map((directory) => [directory] as const)

  test.each(each)('%s: every function and value, and nothing that is not there', (directory) => {
    const readme = readPage(`${directory}/README.md`)
    const listed = listedIn(tableWith(readme, 'export'), manifestOf(directory).name)
    const exported = exportsOf(readPage(`${directory}/api.md`))
    expect(listed.filter((one) => !exported.some((other) => isMeant(one, other)))).toEqual([])
    const values = exported.filter(({ isValue }) => isValue)
    expect(values.filter((one) => !listed.some((other) => isMeant(other, one)))).toEqual([])
    expect(readme.text).toContain('(api.md)')
  })

  test.each(each)('%s: something that is run', (directory) => {
    const blocks = blocksOf(readPage(`${directory}/README.md`))
    const claims = blocks.flatMap(({ language, file, text }) =>
      language === 'sh' ? commandsOf(text) : file === '' ? claimsOf(text) : [],
    )
    expect(claims).not.toEqual([])
  })

  test('the README of the repository leads to every package, and says what they run on', () => {
    const { text } = readPage('README.md')
    const { engines } = manifestOf('packages/telemetry')
    const [, old, next] = /^\^([\d.]+)\.0 \|\| >=([\d.]+)\.0$/.exec(engines.node) ?? []
    expect(text).toContain(`Node.js (${old}, or ${next} and newer)`)
    expect(PACKAGE_DIRECTORIES.filter((directory) => !text.includes(`](${directory})`))).toEqual([])
  })
})

interface Export {
  readonly entry: string
  readonly name: string
}

/** The names in a table of exports. A cell may name the entry that they come from, and leave out the package. */
function listedIn(table: Table, packageName: string): readonly Export[] {
  let entry = packageName
  return table.flatMap(({ from, export: cell = '' }) => {
    const codes = codeOf(cell)
    const [own] = codes.filter((code) => code.startsWith('@'))
    const entries = from ? codeOf(from).map((code) => code.replace('…', packageName)) : [own ?? entry]
    entry = from === undefined ? packageName : (entries.at(-1) ?? entry)
    const names = codes.flatMap((code) => /^…?\w+/.exec(code) ?? [])
    return entries.flatMap((one) => names.map((name) => ({ entry: one, name })))
  })
}

/** What api.md says, which a test compares with the built types. */
function exportsOf({ text }: Page): readonly (Export & { readonly isValue: boolean })[] {
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [, entry = '', declarations = ''] = /^`(.+)`\n\n```ts\n(.*?)^```/ms.exec(section) ?? []
      const found = declarations.matchAll(/^(?:(const|function|class|interface|type) )?(\w+).*/gm)
      return [...found].map(([line, kind, name = '']) => ({
        entry,
        name,
        // Of what comes from another package it is not said whether it is a type.
        isValue: kind === undefined ? / \/\/ from /.test(line) && /^[a-z]/.test(name) : /^[cf]/.test(kind),
      }))
    })
}

/** `…_SHAPE` means every name that ends so. */
function isMeant(listed: Export, exported: Export): boolean {
  if (listed.entry !== exported.entry) return false
  return listed.name.startsWith('…')
    ? exported.name.endsWith(listed.name.slice(1))
    : listed.name === exported.name
}

function snippetsOf(pages: readonly Page[]): readonly (readonly [path: string, code: string])[] {
  return pages.flatMap((page) =>
    blocksOf(page)
      .filter(
        ({ language, file }) => /^[jt]s$/.test(language) && file === '' && page.path.endsWith('README.md'),
      )
      .map(({ text }) => [page.path, text] as const),
  )
}

function shellClaimsOf(
  pages: readonly Page[],
): readonly (readonly [path: string, what: string, claim: Claim])[] {
  return pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => commandsOf(text).map((claim) => [page.path, claim.what, claim] as const)),
  )
}

function compare(text: string, result: string): void {
  // Only where they differ, because two texts show how and a pattern does not.
  if (!isAsClaimed(text, result)) expect(plain(text)).toBe(plain(result))
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8')) as Manifest
}

function link(directory: string, name: string, target: string): void {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(realpathSync(target), path)
}
