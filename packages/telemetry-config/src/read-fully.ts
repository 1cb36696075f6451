import type * as Yaml from 'yaml'
import type { Found, Reading } from './switch.ts'

/** Deeper than any configuration, and an end for one that contains itself. */
const MAX_DEPTH = 50

/**
 * Reads the switch with the YAML parser, which is loaded here: every value that stands at `keyPath` in any
 * document of the text, also by duplicate keys, aliases and merges, so that no off is missed.
 */
export function readFully(text: string, keyPath: readonly string[]): Reading {
  let yaml: typeof Yaml
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  } catch {
    return { problem: 'the YAML parser could not be loaded', line: undefined }
  }
  return readWith(yaml, text, keyPath)
}

/** The same with a parser that is loaded already. */
export function readWith(yaml: typeof Yaml, text: string, keyPath: readonly string[]): Reading {
  try {
    return read(yaml, text, keyPath)
  } catch {
    // an alias to nothing, a structure that contains itself, nesting deeper than the stack
    return { problem: 'not valid YAML', line: undefined }
  }
}

function read(yaml: typeof Yaml, text: string, keyPath: readonly string[]): Reading {
  const lineCounter = new yaml.LineCounter()
  const documents = yaml.parseAllDocuments(text, { lineCounter, uniqueKeys: false, logLevel: 'silent' })
  const found: Found[] = []
  for (const document of documents) {
    const [error] = document.errors
    if (error) return { problem: 'not valid YAML', line: lineCounter.linePos(error.pos[0]).line }
    yaml.visit(document, { Alias: (_, alias) => void requireTarget(alias, document) })
    const lineOf = (node: Yaml.Node) => lineCounter.linePos(node.range?.[0] ?? 0).line
    found.push(...valuesAt(yaml, document, document.contents, keyPath, lineOf, 0))
  }
  return { found }
}

function requireTarget(alias: Yaml.Alias, document: Yaml.Document): void {
  if (alias.resolve(document) === undefined) throw new ReferenceError('an alias to nothing')
}

type LineOf = (node: Yaml.Node) => number

function* valuesAt(
  yaml: typeof Yaml,
  document: Yaml.Document.Parsed,
  node: unknown,
  [key, ...rest]: readonly string[],
  lineOf: LineOf,
  depth: number,
): Generator<Found> {
  if (depth > MAX_DEPTH) throw new RangeError('too deep')
  const resolve = (value: unknown) => (yaml.isAlias(value) ? value.resolve(document) : value)
  const map = resolve(node)
  if (key === undefined) {
    if (yaml.isNode(node)) yield { value: node.toJS(document), line: lineOf(node) }
    return
  }
  if (!yaml.isMap(map)) {
    if (yaml.isNode(map) && !isNull(yaml, map)) yield { value: undefined, line: lineOf(map) }
    return
  }
  for (const pair of map.items) {
    const name = resolve(pair.key)
    const text = yaml.isScalar(name) ? String(name.value) : undefined
    if (text === key) yield* valuesAt(yaml, document, pair.value, rest, lineOf, depth + 1)
    if (text !== '<<') continue
    const merged = resolve(pair.value)
    for (const each of yaml.isSeq(merged) ? merged.items : [merged]) {
      yield* valuesAt(yaml, document, each, [key, ...rest], lineOf, depth + 1)
    }
  }
}

function isNull(yaml: typeof Yaml, node: Yaml.Node): boolean {
  return yaml.isScalar(node) && node.value === null
}
