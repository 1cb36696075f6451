import { CST, isScalar, type Node } from 'yaml'

/** Stands behind every line of a text while YAML folds it; a character that Unicode gives to nobody. */
const LINE_END = '\uFFFF'
// Before a backslash, which in double quotes joins the lines: what stands behind it would be an escape.
const LINE = /[^\s\\](?=[^\S\n]*(?:\\[^\S\n]*)?\n)/g

/** What of an SQL text may hold `--` without a comment, and comments to the end of their line. */
const PARTS =
  /\be'(?:\\.|[^'\\])*'|'[^']*'|"[^"]*"|`[^`]*`|\$((?:[a-z_]\w*)?)\$.*?\$\1\$|\$\{[^}]*\}|\/\*.*?\*\/|--[^\n]*/gis

const COMMENTS = /\/\*.*?\*\/|--[^\n]*/gs

/**
 * The first comment of an SQL text that takes in what is written on the lines below it, because YAML folds them into one
 * (`sql: >`, a text over several lines); undefined where none does. The tree has to be one with its tokens kept.
 */
export function findSwallowingComment(node: Node | null): string | undefined {
  if (!isScalar(node) || !node.srcToken || !CST.isScalar(node.srcToken)) return undefined
  const source = node.srcToken.source.replace(LINE, `$&${LINE_END}`)
  const sql = CST.resolveAsScalar({ ...node.srcToken, source })?.value ?? ''
  for (const [part] of sql.matchAll(PARTS)) {
    const [comment = '', ...swallowed] = part.split(LINE_END)
    // Other comments, and a semicolon at the end, are no loss.
    const lost = swallowed.join('\n').replace(COMMENTS, '')
    if (part.startsWith('--') && /[^\s\\;]/.test(lost)) return comment
  }
  return undefined
}
