import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A Markdown file of this repository. */
export interface Page {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

/** A fenced block, with what stands behind its language: the name of a file, or nothing. */
export interface Block {
  readonly language: string
  readonly file: string
  readonly text: string
}

/** A table: for each of its rows the cells, as they are written, by the heading of their column. */
export type Table = readonly Readonly<Record<string, string>>[]

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is installed, built or written by a run, and directories that begin with a dot, but for these. */
const NOT_OURS = /^(node_modules|dist|target|coverage|reports|\..*)$/
const OURS = ['.changeset', '.github']
const BLOCK = /^ *```(\w*) ?([^\n]*)\n(.*?)^ *```$/gms

/** Every Markdown file of the repository, in order. */
export function readPages(directory = ''): readonly Page[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.test(name) || OURS.includes(name))
    .flatMap((entry) => {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (entry.isDirectory()) return readPages(path)
      return path.endsWith('.md') ? [readPage(path)] : []
    })
}

/** @param path relative to the repository */
export function readPage(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') }
}

/** The repository's path of what a page points to. */
export function fromPage({ path }: Page, target: string): string {
  return join(ROOT, dirname(path), target)
}

/** Everything but the fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(BLOCK, '')
}

export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(BLOCK)].map(([, language = '', file = '', body = '']) => ({
    language,
    file,
    text: body,
  }))
}

/** The texts between single backticks outside of blocks. */
export function codeOf(prose: string): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}

/** The names by which GitHub lets a link lead to a heading. */
export function anchorsOf(page: Page): readonly string[] {
  const seen = new Map<string, number>()
  return [...proseOf(page).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const words = heading.replaceAll(/\]\([^)]*\)/g, '').toLowerCase()
    const name = words
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    return times === 0 ? name : `${name}-${times}`
  })
}

/** Every table of a page. A bar inside of backticks ends a cell unless it is escaped, as on GitHub. */
function tablesOf(page: Page): readonly Table[] {
  const tables = [...proseOf(page).matchAll(/(?:^ *\|.*\|\n)+/gm)].map(([text]) => text.trim().split('\n'))
  return tables.map(([head = '', , ...rows]) => {
    const names = cellsOf(head)
    return rows.map((row) => Object.fromEntries(cellsOf(row).map((cell, at) => [names[at] ?? '', cell])))
  })
}

/** The table with a column of this heading. Throws if there is none. */
export function tableWith(page: Page, heading: string): Table {
  const found = tablesOf(page).find(([first]) => first !== undefined && heading in first)
  if (!found) throw new Error(`${page.path} has no table with a column '${heading}'`)
  return found
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}
