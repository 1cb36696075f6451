import type * as Yaml from 'yaml'
import type { Found, Reading, ReadSwitch } from './switch.ts'
import { withoutTemplates } from './without-templates.ts'

/** Deeper than any configuration, and an end for one that contains itself. */
const MAX_DEPTH = 50
/** More than any configuration merges, and an end for merges of merges, which double with every level. */
const MAX_VISITED = 10_000

/**
 * Reads the switch with the YAML parser, which is loaded here: every value that stands at one of `keyPaths` in any
 * document of the text, also by duplicate keys, aliases and merges, so that no off is missed.
 */
export const readFully: ReadSwitch = (text, keyPaths) => {
  let yaml: typeof Yaml
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  } catch {
    return { problem: 'the YAML parser could not be loaded', line: undefined }
  }
  return readWith(yaml, text, keyPaths)
}

/** The same with a parser that is loaded already. */
export function readWith(yaml: typeof Yaml, text: string, keyPaths: readonly (readonly string[])[]): Reading {
  try {
    return read(yaml, text, keyPaths)
  } catch {
    // an alias to nothing, a structure that contains itself, nesting deeper than the stack
    return { problem: 'not valid YAML', line: undefined }
  }
}

function read(yaml: typeof Yaml, text: string, keyPaths: readonly (readonly string[])[]): Reading {
  const lineCounter = new yaml.LineCounter()
  const documents = yaml.parseAllDocuments(withoutTemplates(text), {
    lineCounter,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  const found: Found[] = []
  for (const document of documents) {
    const [error] = document.errors
    if (error) return { problem: 'not valid YAML', line: lineCounter.linePos(error.pos[0]).line }
    const lineOf = (node: Yaml.Node) => lineCounter.linePos(node.range?.[0] ?? 0).line
    const search = { yaml, document, targets: targetsIn(yaml, document), lineOf, visited: 0 }
    for (const keyPath of keyPaths) found.push(...valuesAt(search, document.contents, keyPath))
  }
  return { found }
}

/** What every alias stands for, by one walk: the parser's own `resolve` walks through the document for each. */
function targetsIn(yaml: typeof Yaml, document: Yaml.Document): ReadonlyMap<unknown, Yaml.Node> {
  const anchored = new Map<string, Yaml.Node>()
  const targets = new Map<unknown, Yaml.Node>()
  yaml.visit(document, {
    Value: (_, node) => void (node.anchor !== undefined && anchored.set(node.anchor, node)),
    Alias: (_, alias) => {
      const target = anchored.get(alias.source)
      if (target === undefined) throw new ReferenceError('an alias to nothing')
      targets.set(alias, target)
    },
  })
  return targets
}

interface Search {
  readonly yaml: typeof Yaml
  readonly document: Yaml.Document.Parsed
  readonly targets: ReadonlyMap<unknown, Yaml.Node>
  readonly lineOf: (node: Yaml.Node) => number
  /** How many nodes were looked into. */
  visited: number
}

function* valuesAt(
  search: Search,
  node: unknown,
  [key, ...rest]: readonly string[],
  depth = 0,
): Generator<Found> {
  const { yaml, document, targets, lineOf } = search
  search.visited += 1
  if (depth > MAX_DEPTH || search.visited > MAX_VISITED) throw new RangeError('too deep, or too much')
  const resolve = (value: unknown) => targets.get(value) ?? value
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
    // In one word, as status and documentation name it: a person who copies that means it.
    const whole = [key, ...rest].join('.')
    // Without even a colon, as in `{telemetry_enabled}`: there is no node that stands for nothing.
    if (text === whole && pair.value === null) yield { value: undefined, line: lineOf(map) }
    else if (text === whole) yield* valuesAt(search, pair.value, [], depth + 1)
    // Without its blank, `{telemetry_enabled:false}` is one long key; in the quotes of a page, they are a part of it.
    else if (isMeant(text, whole)) yield { value: undefined, line: lineOf(map) }
    else if (isMeant(text, key)) yield* valuesAt(search, pair.value, rest, depth + 1)
    if (text !== '<<') continue
    const merged = resolve(pair.value)
    for (const each of yaml.isSeq(merged) ? merged.items : [merged]) {
      yield* valuesAt(search, each, [key, ...rest], depth + 1)
    }
  }
}

/** Whether the key is the first word of a text, whatever stands before and behind it. */
function isMeant(text: string | undefined, key: string): boolean {
  return text !== undefined && /[\w.-]+/.exec(text)?.[0] === key
}

function isNull(yaml: typeof Yaml, node: Yaml.Node): boolean {
  return yaml.isScalar(node) && node.value === null
}
