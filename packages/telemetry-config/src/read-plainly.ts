import { type Found, meaningOf, type Reading, SWITCH } from './switch.ts'

const SILENT = /^[ \t]*(?:#.*)?$/
/** `key: value`, the value one unquoted or simply quoted scalar, or nothing; then perhaps a comment. */
const PLAIN =
  /^(?<indent> *)(?<key>[A-Za-z_][\w-]*):(?:[ \t]+(?:"(?<double>[^"\\]*)"|'(?<single>[^']*)'|(?<bare>[\w./$](?:[^#:]|:(?=\S))*?)))?[ \t]*(?:[ \t]#.*)?$/
/** A line at the margin that may begin something which reaches over the following lines. */
const ODD_START = /^(?:[^\w\s#-]|---[ \t]+[^\s#])/
const MAX_LINE = 1000

/**
 * Reads the switch without a YAML parser (which takes 40 to 100 ms to load) where a look at the lines is
 * enough to be sure: the word stands only in comments, or one plain line says off, or the file is nothing but
 * plain lines at the margin. `undefined` means that it takes a parser.
 */
export function readPlainly(text: string, keyPath: readonly string[]): Reading | undefined {
  if (!text.includes(SWITCH)) return { found: [] }
  const lines = text.split('\n')
  if (!lines.some((line) => line.includes(SWITCH) && !SILENT.test(line))) return { found: [] }
  if (lines.some((line) => ODD_START.test(line))) return undefined
  const off = lines.flatMap((line, index) => plainOff(lines, line, index, keyPath))
  if (off.length > 0) return { found: off }
  return keyPath.length === 1 ? readFlat(lines) : undefined
}

interface PlainLine {
  readonly indent: number
  readonly key: string
  /** `undefined` if nothing stands behind the colon. */
  readonly value: string | undefined
}

function parsePlain(line: string): PlainLine | undefined {
  const groups = line.length > MAX_LINE ? undefined : PLAIN.exec(line)?.groups
  if (!groups) return undefined
  const { indent = '', key = '', double, single, bare } = groups
  return { indent: indent.length, key, value: double ?? single ?? bare }
}

/** The line's value, if it says off at `keyPath` beyond doubt. */
function plainOff(
  lines: readonly string[],
  line: string,
  index: number,
  keyPath: readonly string[],
): readonly Found[] {
  if (!line.includes(SWITCH)) return []
  const plain = parsePlain(line)
  if (plain?.key !== SWITCH || meaningOf(plain.value) !== 'off') return []
  const parent = keyPath.length === 1 ? undefined : keyPath[0]
  return isUnder(lines, index, plain.indent, parent) ? [{ value: plain.value, line: index + 1 }] : []
}

/** Whether the nearest line with less indentation is `parent:` at the margin, and all in between are plain. */
function isUnder(
  lines: readonly string[],
  index: number,
  indent: number,
  parent: string | undefined,
): boolean {
  if (parent === undefined || indent === 0) return parent === undefined && indent === 0
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above] ?? ''
    if (SILENT.test(line)) continue
    const plain = parsePlain(line)
    if (plain === undefined) return false
    if (plain.indent < indent) return plain.indent === 0 && plain.key === parent && plain.value === undefined
  }
  return false
}

/** All values of the switch in a file of plain lines at the margin. */
function readFlat(lines: readonly string[]): Reading | undefined {
  const found: Found[] = []
  for (const [index, line] of lines.entries()) {
    if (SILENT.test(line)) continue
    const plain = parsePlain(line)
    if (plain?.indent !== 0) return undefined
    if (plain.key !== SWITCH) continue
    if (meaningOf(plain.value) === 'unclear') return undefined
    found.push({ value: plain.value, line: index + 1 })
  }
  return { found }
}
