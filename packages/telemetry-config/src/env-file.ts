import { asSeen } from './as-seen.ts'
import { type Product, switchVariables } from './product.ts'
import type { TextFile } from './read-text.ts'
import type { Environment } from './sources.ts'
import { isOptOut } from './switch.ts'

/** A comment, or the names of what is unset, up to the next command: no setting stands in it. */
const ASIDE = /(?<![^\s;&|])(?:#.*|unset\s[^;&|#]*)/g

/**
 * Any of the names as a whole word, `=`, `:`, a blank or such as `+=` and `?=`, and a value: so every reader and every
 * shell spells it.
 */
function settingOf(names: readonly string[]): RegExp {
  const name = `(?<![\\w.$\\{-])(?<name>${names.join('|')})["']?`
  const value = `(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^#]*))`
  return new RegExp(`${name}(?:\\s*[=:]|\\s|[^\\w\\s=:]{1,2}\\s*[=:])\\s*${value}`, 'g')
}

/**
 * How the two packages named dotenv read a line that begins with a name. For that of Node all of it up to a `#` is the
 * value, also what a shell takes for a command, and `=` or a value in quotes may stand on a later line. For that of
 * Python a `#` without a blank before it is part of the value, also right behind `=`.
 */
function wholeLineOf(names: readonly string[]): RegExp {
  const name = names.join('|')
  // Looked for behind the name, or every blank of a file might be where its line begins.
  const first = `(?<name>${name})(?<=^\\s*(?:export\\s+)?(?:${name}))`
  const pythons = `[^\\S\\r\\n]*=[^\\S\\r\\n]*(?<glued>(?:[^\\s#"'](?:[^#\\r\\n]*[^\\s#])?)?#.*)`
  const nodes = '(?:\\s*=|:(?:\\r\\n|\\s))(?:\\s*(?=["\'`]))?(?<whole>[^#\\r\\n]*)'
  return new RegExp(`${first}(?:${pythons}|${nodes})`, 'gm')
}

/**
 * The opt-outs in a `.env` file, line by line, so that none is missed where a parser passes over it (behind a line that
 * is no setting) or takes a later value.
 */
export function optOutsIn(file: TextFile, product: Product): Environment {
  if (file.state !== 'read') return {}
  const names = switchVariables(product)
  const setting = settingOf(names)
  const anyName = `(?:${names.join('|')})`
  const found: Record<string, string> = {}
  const seen = asSeen(file.text, anyName)
  for (const { groups } of seen.matchAll(wholeLineOf(names))) {
    const { name = '', glued, whole = '' } = groups ?? {}
    const value = glued ?? whole.trim().replace(/^(["'`])(.*)\1$/, '$2')
    if (isOptOut(value)) found[name] = value
  }
  // A server asks every second: only the lines that name a switch are looked at.
  for (const line of seen.match(new RegExp(`^.*${anyName}.*$`, 'gm')) ?? []) {
    for (const { groups } of line.replace(ASIDE, '').matchAll(setting)) {
      const { name = '', double, single, bare = '' } = groups ?? {}
      // The whole setting may stand in quotes, as in `set "NAME=value"`.
      const value = double ?? single ?? bare.trim().replace(/\b["']$/, '')
      if (isOptOut(value)) found[name] = value
    }
  }
  return found
}
