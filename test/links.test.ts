import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../apps/cli/src/program.ts'
import { FLAG, sanitizeCommand, UNKNOWN } from '../packages/sanitize/src/index.ts'
import { commandSpecOf } from '../packages/telemetry/src/commander.ts'
import {
  anchorsOf,
  blocksOf,
  codeOf,
  fromPage,
  type Page,
  proseOf,
  ROOT,
  readPage,
  readPages,
} from './markdown.ts'

const pages = readPages()
const each = pages.map((page) => [page.path, page] as const)

test('there are pages to look at, also in directories that are hidden', () => {
  const paths = pages.map(({ path }) => path)
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/faq.md', '.changeset/README.md']))
})

describe('what a page points to is there', () => {
  test.each(each)('the links of %s', (_, page) => {
    const broken = linksOf(page).filter((link) => !leadsSomewhere(page, link))
    expect(broken).toEqual([])
  })

  test.each(each)('the files that %s names', (_, page) => {
    const missing = namedFilesOf(page).filter(
      (path) => !existsSync(join(ROOT, path)) && !existsSync(fromPage(page, path)),
    )
    expect(missing).toEqual([])
  })

  test.each(each)('the scripts that %s runs', (_, page) => {
    const { scripts, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    const known = Object.keys({ ...scripts, ...devDependencies, exec: '', install: '', add: '' })
    const asked = commandsOf(page).flatMap((line) =>
      [...line.matchAll(/\bpnpm(?:@12)? (?:run )?([a-z-]+)/g)].map(([, script = '']) => script),
    )
    expect(asked.filter((script) => !known.includes(script))).toEqual([])
  })

  test.each(each)('what %s runs needs Node and nothing else', (_, page) => {
    expect(commandsOf(page).filter((line) => /^(?:\w+=\S+ )*(?:pnpm|npx (?!-y |visivo))/.test(line))).toEqual(
      [],
    )
  })

  test.each(each)('the commands and flags of visivo that %s names', (_, page) => {
    const silent = { stdout: new PassThrough(), stderr: new PassThrough() }
    const program = commandSpecOf(createProgram({ ...silent, onCommand: () => {}, onInvocation: () => {} }))
    const unknown = commandsOf(page)
      .flatMap(wordsOfVisivo)
      .filter((words) => {
        const { command, args } = sanitizeCommand(words, program)
        return command.includes(UNKNOWN) || args.includes(FLAG)
      })
    expect(unknown).toEqual([])
  })
})

test('every answer among the questions leads to the place that shows it', () => {
  const faq = readPage('docs/faq.md')
  const answers = faq.text.split(/^### /m).slice(1)
  expect(answers.length).toBeGreaterThan(20)
  expect(answers.filter((text) => linksOf({ ...faq, text }).length === 0)).toEqual([])
})

/** Where the links and pictures of a page lead, but for those that leave the repository. */
function linksOf(page: Page): readonly string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

function leadsSomewhere(page: Page, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(ROOT, page.path) : fromPage(page, path)
  if (!existsSync(target)) return false
  if (anchor === undefined) return true
  return anchorsOf({ path: target, text: readFileSync(target, 'utf8') }).includes(anchor)
}

/** Paths in code, of the top directories; one with a `*` or a `…` in it stands for several. */
function namedFilesOf(page: Page): readonly string[] {
  return commandsOf(page)
    .flatMap((line) => line.split(/[\s'"()]+/))
    .filter((word) =>
      /^(packages|apps|docs|examples|scripts|bench|test|\.github|\.changeset)\/[^*…<]+$/.test(word),
    )
}

/** What stands in backticks, and the lines for a shell. */
function commandsOf(page: Page): readonly string[] {
  const shell = blocksOf(page).filter(({ language }) => language === 'sh')
  const lines = shell.flatMap(({ text }) => text.split('\n')).map((line) => line.replace(/(^| )# .*/, ''))
  return [...codeOf(proseOf(page)), ...lines]
}

/** What is typed behind `visivo`, as far as it is literal. */
function wordsOfVisivo(line: string): readonly (readonly string[])[] {
  const [, typed = ''] = /(?:^|\s)visivo ([a-z-][^|>…]*)/.exec(line) ?? []
  const words = typed.split(/\s+/).filter((word) => word !== '' && !word.startsWith('<'))
  return words.length === 0 ? [] : [words]
}
