import { type Product, switchVariables } from './product.ts'
import type { TextFile } from './read-text.ts'
import type { Environment } from './sources.ts'
import { isOptOut } from './switch.ts'

/** `NAME=value` in any of the spellings that some reader or shell takes: words before it, a colon, a blank, quotes. */
const LINE =
  /^\s*(?:(?:export|set|setenv|readonly|declare|typeset)\s+(?:-\w+\s+)?)?(?<name>[A-Za-z_]\w*)(?:\s*[=:]|\s)\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^#]*))/

/**
 * The opt-outs in a `.env` file, line by line, so that none is missed where a parser passes over it (behind a line that
 * is no setting) or takes a later value.
 */
export function optOutsIn(file: TextFile, product: Product): Environment {
  if (file.state !== 'read') return {}
  const [own, shared] = switchVariables(product)
  const found: Record<string, string> = {}
  // A server asks every second: only the lines that name a switch are looked at.
  for (const line of file.text.match(new RegExp(`^.*(?:${own}|${shared}).*$`, 'gm')) ?? []) {
    const { name, double, single, bare = '' } = LINE.exec(line)?.groups ?? {}
    const value = double ?? single ?? bare
    if ((name === own || name === shared) && isOptOut(value)) found[name] = value
  }
  return found
}
