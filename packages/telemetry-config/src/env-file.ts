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
 * The opt-outs in a `.env` file, line by line, so that none is missed where a parser passes over it (behind a line that
 * is no setting) or takes a later value.
 */
export function optOutsIn(file: TextFile, product: Product): Environment {
  if (file.state !== 'read') return {}
  const names = switchVariables(product)
  const setting = settingOf(names)
  const anyName = `(?:${names.join('|')})`
  const found: Record<string, string> = {}
  // A server asks every second: only the lines that name a switch are looked at.
  for (const line of asSeen(file.text, anyName).match(new RegExp(`^.*${anyName}.*$`, 'gm')) ?? []) {
    for (const { groups } of line.replace(ASIDE, '').matchAll(setting)) {
      const { name = '', double, single, bare = '' } = groups ?? {}
      // The whole setting may stand in quotes, as in `set "NAME=value"`.
      const value = double ?? single ?? bare.trim().replace(/\b["']$/, '')
      if (isOptOut(value)) found[name] = value
    }
  }
  return found
}
