import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './packages.mjs'

/** What a page holds between `<!-- name: … -->` and `<!-- end of name -->`. Throws if it has no such part. */
export function readSection(page, name) {
  return parts(page, name).inside.trim()
}

/** Puts another text there. */
export function writeSection(page, name, text) {
  const { before, after } = parts(page, name)
  writeFileSync(join(ROOT, page), `${before}\n${text.trim()}\n\n${after}`)
}

/** Rows as a Markdown table; all columns but the first stand on the right, as numbers do, unless told otherwise. */
export function renderTable(columns, rows, others = '--:') {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(columns), `|---|${`${others}|`.repeat(columns.length - 1)}`, ...rows.map(line)].join('\n')
}

function parts(page, name) {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll('\r\n', '\n')
  const pattern = new RegExp(`^(.*<!-- ${name}: [^\n]*-->\n)(.*?)(<!-- end of ${name} -->.*)$`, 's')
  const [, before, inside, after] = pattern.exec(text) ?? []
  if (before === undefined) throw new Error(`${page} has no part for ${name}`)
  return { before, inside, after }
}
