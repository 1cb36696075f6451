import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createApp } from '../apps/api/src/app.ts'
import { createProgram } from '../apps/cli/src/program.ts'
import { type CommandSpec, sanitizeCommand } from '../packages/sanitize/src/index.ts'
import { ENVIRONMENT, PATHS } from '../packages/telemetry/src/start-courier.ts'
import { decide, defineProduct, readSources, visivo } from '../packages/telemetry-config/src/index.ts'
import { codeOf, fromPage, ROOT, readPage, tableWith } from './markdown.ts'

describe('@visivo/sanitize', () => {
  const option = (value: 'none' | 'required', ...names: string[]) => ({ names, value })
  const program: CommandSpec = {
    name: 'visivo',
    commands: [
      {
        name: 'run',
        options: [
          option('required', '-o', '--output-dir'),
          option('required', '--token'),
          option('none', '-v'),
          option('none', '-q'),
        ],
      },
    ],
  }
  const rows = tableWith(readPage('packages/sanitize/README.md'), 'typed')

  test.each(rows.map((row) => [codeOf(row.typed ?? '')[0] ?? '', row] as const))('%s', (typed, row) => {
    const { command, args } = sanitizeCommand(typed.split(' '), program)
    expect([command, ...args]).toEqual(codeOf(row['command and arguments'] ?? ''))
  })
})

test('@visivo/telemetry-config lists the switches in the order in which they are looked at', () => {
  const { text } = readPage('packages/telemetry-config/README.md')
  const listed = [...text.matchAll(/^[123]\. (.*)/gm)].flatMap(([, item = '']) =>
    codeOf(item).filter((code) => /_(DISABLED|TRACK|enabled)$/.test(code)),
  )
  const { checked } = decide(
    visivo,
    readSources(visivo, { env: {}, home: '/nowhere', projectDirectory: '/nowhere' }),
  )
  const looked = checked
    .filter(({ kind }) => kind !== 'destination')
    .map(({ source }) => source.split(' ')[0])
  expect(listed).toEqual([...new Set(looked)])
})

describe('@visivo/cli', () => {
  const readme = readPage('apps/cli/README.md')
  const silent = { stdout: new PassThrough(), stderr: new PassThrough() }
  const program = createProgram({ ...silent, onCommand: () => {}, onInvocation: () => {} })
  const flagsIn = (text: string) => codeOf(text).filter((code) => code.startsWith('--'))
  const [, sentence = ''] = /^(The first three take .*)$/m.exec(readme.text) ?? []
  const rows = tableWith(readme, 'flags of its own').map((row) => ({
    name: codeOf(row.command ?? '')[0],
    flags: flagsIn(row['flags of its own'] ?? ''),
    isLikeRun: row['flags of its own']?.includes('those of `run`') ?? false,
  }))

  test('lists every command', () => {
    expect(rows.map(({ name }) => name)).toEqual(program.commands.map((command) => command.name()))
  })

  test.each(program.commands.map((command, at) => [command.name(), command, at] as const))(
    'lists the flags of %s',
    (name, command, at) => {
      const row = rows.find((one) => one.name === name)
      const ofRun = row?.isLikeRun ? rows.find((one) => one.name === 'run')?.flags : []
      const listed = [...(row?.flags ?? []), ...(ofRun ?? []), ...(at < 3 ? flagsIn(sentence) : [])]
      const everywhere = at < 3 ? program.options.filter(({ long }) => long !== '--version') : []
      const declared = [...command.options, ...everywhere].map(({ long }) => long)
      expect(listed.toSorted()).toEqual(declared.toSorted())
    },
  )
})

test('the questions name all that a courier is given of a person’s environment', () => {
  const [, answer = ''] =
    /### Does it get in the way of my project\?\n(.*?)###/s.exec(readPage('docs/faq.md').text) ?? []
  const named = codeOf(answer).filter((code) => /^\w+$/.test(code))
  const others = ['PATH', 'NODE_OPTIONS']
  expect(named.toSorted()).toEqual([...ENVIRONMENT, ...PATHS, ...others].toSorted())
})

test('@visivo/api lists every path that it answers', () => {
  const { routes } = createApp({ directory: '/nowhere' })
  const answered = routes.filter(({ method }) => method === 'GET').map(({ path }) => path)
  const listed = tableWith(readPage('apps/api/README.md'), 'path').flatMap(({ path = '' }) => codeOf(path))
  expect(listed.map((path) => path.replace(/\?.*/, '')).toSorted()).toEqual([...new Set(answered)].toSorted())
})

test.each([
  ['bench/README.md', '.mjs'],
  ['examples/sales/README.md', ''],
])('%s: the files of its table are there', (path, extension) => {
  const page = readPage(path)
  const named = tableWith(page, 'file').flatMap(({ file = '' }) => codeOf(file))
  const isThere = (file: string) =>
    existsSync(fromPage(page, file)) || existsSync(fromPage(page, `${file}${extension}`))
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((file) => !isThere(file))).toEqual([])
})

test('the version of a framework that is tested is one that @visivo/telemetry is said to be made for', () => {
  const [made = ''] = /It is made for .*?\.\n/s.exec(readPage('packages/telemetry/README.md').text) ?? []
  const said = [...made.matchAll(/(\w+) (\d[\d.]*\d|\d+)( and later)?/g)]
  const others = said.filter(([, name = '', version = '', later]) => {
    const installed = installedVersion(name === 'oclif' ? '@oclif/core' : name.toLowerCase())
    return later ? Number.parseInt(installed, 10) < Number(version) : !installed.startsWith(`${version}.`)
  })
  expect(said).toHaveLength(8)
  expect(others.map(([words]) => words)).toEqual([])
})

function installedVersion(name: string): string {
  const path = join(ROOT, 'packages/telemetry/node_modules', name, 'package.json')
  const { version }: { readonly version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return version
}

test.each(['docs/guide-cli.md', 'docs/guide-api.md'])(
  'an opt-out that counts is one that users hear of: %s names every place',
  (path) => {
    const sections = readPage(path).text.split(/^## /m)
    const section = sections.find((text) => text.includes('no *on* overrides an *off*')) ?? ''
    const options = { env: {}, home: ROOT, projectDirectory: ROOT }
    const cake = defineProduct({ name: 'cake' })
    const { checked } = decide(cake, readSources(cake, options))
    const places = checked.flatMap(({ kind, source }) =>
      kind === 'destination' ? [] : [source.split(' in ').at(-1) ?? ''],
    )
    expect(places.filter((place) => !section.includes(place))).toEqual([])
  },
)
