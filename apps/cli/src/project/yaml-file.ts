import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml'
import { type Place, ProjectParseError } from '../errors.ts'
import { reasonOf } from '../system-error.ts'
import { normalizeVariables } from './environment.ts'

/** A parsed file of a project: its tree and where each node of it stands. */
export interface YamlFile {
  /** The keys of the file's top level; none for an empty file. */
  readonly entries: readonly YamlEntry[]
  placeOf(node: Node | null): Place
  /** The node, or what it stands for if it is an alias (`*name`). */
  follow(node: Node | null): Node | null
}

/** A key and what stands under it. */
export interface YamlEntry {
  readonly key: string
  readonly keyNode: Node | null
  readonly value: Node | null
}

/**
 * Reads and parses a file. `onParsed` gets the document before its errors are thrown, so that what can be read of
 * a broken file is known. Throws a ProjectParseError naming file and line; of a file that can't be read the path and why.
 */
export async function readYamlFile(
  path: string,
  projectDirectory: string,
  onParsed: (document: Document) => void = () => {},
): Promise<YamlFile> {
  const text = normalizeVariables(await readText(path))
  const lines = new LineCounter()
  const file = relative(projectDirectory, path).split(sep).join('/')
  const at = (offset: number): Place => ({ file, line: lines.linePos(offset).line })
  // Its warnings are about JavaScript, and Node would print them.
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // For what is folded: its lines.
    keepSourceTokens: text.includes('--'),
  } as const
  const document: Document.Parsed<ParsedNode> = parseDocument(text, options)
  onParsed(document)
  const [error] = document.errors
  if (error)
    throw new ProjectParseError(explain(error), { place: at(beginOf(error, document)), cause: error })
  const targets = findTargets(document, at)
  refuseAliasBombs(document, targets, at(0))
  const root = document.contents
  if (root !== null && !isMap(root) && !(isScalar(root) && root.value === null)) {
    throw new ProjectParseError('a project file holds keys like `models:` with lists under them.', {
      place: at(0),
    })
  }
  return {
    entries: isMap(root) ? entriesOf(root) : [],
    placeOf: (node) => at(node?.range?.[0] ?? 0),
    follow: (node) => targetOf(node, targets),
  }
}

async function readText(path: string): Promise<string> {
  try {
    // Opening a pipe would wait for its writer, and no Ctrl-C would end that.
    const found = await stat(path)
    if (!found.isFile() && !found.isDirectory()) throw new Error('it is no regular file')
    const bytes = await readFile(path)
    // Decoded all the same, something else would stand in a name or a query.
    if (!isUtf8(bytes)) throw new Error('it is no UTF-8')
    return bytes.toString('utf8')
  } catch (cause) {
    throw new ProjectParseError(
      `the project file ${path} can't be read (${reasonOf(cause)}). It has to be a text in UTF-8 that you may read.`,
      { cause },
    )
  }
}

const ALIGN =
  'Put quotes around a text with `: ` in it, and begin what belongs together in one column, here and on the next lines.'
const KEYS =
  'Write a colon and a space behind each key, and `|` before a text of several lines, each indented deeper than its key.'

/** What to do, by the code of an error, or by its words where the code means several. */
const ADVICE: Readonly<Record<string, string>> = {
  BLOCK_AS_IMPLICIT_KEY: ALIGN,
  'Sequence item without - indicator': ALIGN,
  MULTILINE_IMPLICIT_KEY: KEYS,
  'Implicit map keys need to be followed by map values': KEYS,
  BAD_SCALAR_START: 'Put quotes around the text.',
  DUPLICATE_KEY: 'Keep one of the two; items of a list begin with a dash and a space each.',
  TAB_AS_INDENT: 'Write spaces.',
}

/** What is wrong, with what to do where the words of `yaml` are for programmers. */
function explain({ code, message }: YAMLParseError): string {
  if (code === 'RESOURCE_EXHAUSTION')
    return 'what stands here is nested too deeply to be read. Nest it less deeply.'
  if (code === 'MULTIPLE_DOCS')
    return 'a second YAML document begins here. Remove the line `---`, or move what follows it to a file that `includes:` names.'
  const advice = ADVICE[message] ?? ADVICE[code]
  return advice === undefined ? message : `${message}. ${advice}`
}

/** Of a quote that nothing closes `yaml` tells where the text ends that it took, often with the file: to be mended is its beginning. */
function beginOf({ code, pos: [offset] }: YAMLParseError, document: Document.Parsed): number {
  let begin: number = offset
  if (code !== 'MISSING_CHAR') return begin
  visit(document, {
    Scalar(_key, { type, range }) {
      if (type?.startsWith('QUOTE') && range?.[1] === offset) begin = range[0]
    },
  })
  return begin
}

/** The keys and values of a mapping; none for any other node. */
export function entriesOf(node: Node | null): YamlEntry[] {
  if (!isMap(node)) return []
  return node.items.map(({ key, value }) => ({
    key: keyText(key),
    keyNode: key as Node | null,
    value: value as Node | null,
  }))
}

function keyText(key: unknown): string {
  const value = isScalar(key) ? textOf(key) : key
  // Under `%YAML 1.1` the key of a merge is a symbol.
  return typeof value === 'symbol' ? (value.description ?? '') : String(value)
}

/** The items of a sequence, undefined for any other node. */
export function itemsOf(node: Node | null): (Node | null)[] | undefined {
  return isSeq(node) ? (node.items as (Node | null)[]) : undefined
}

/**
 * The value of a scalar: string, number, boolean or null; undefined for any other node. What JSON can't hold as it is, a
 * whole number past those of a double and the times and bytes of tags such as `!!timestamp`, is its text.
 */
export function scalarOf(node: Node | null): unknown {
  if (node === null) return null
  if (!isScalar(node)) return undefined
  const { value, source = '' } = node
  if (typeof value === 'object' && value !== null) return source
  return isRounded(value, source) ? source : value
}

function isRounded(value: unknown, source: string): boolean {
  if (typeof value !== 'number' || !/^[-+]?\d+$/.test(source)) return false
  return !Number.isFinite(value) || BigInt(source) !== BigInt(value)
}

/** A scalar where a text is wanted, such as a name: a number or a boolean is as it is written, `007` and not 7. */
export function textOf(node: unknown): unknown {
  if (!isScalar(node)) return undefined
  const value = scalarOf(node)
  return typeof value === 'number' || typeof value === 'boolean' ? (node.source ?? String(value)) : value
}

/** What each alias of a document stands for. */
type Targets = ReadonlyMap<Alias, Node>

/**
 * In one walk: `yaml` would walk through the whole document for each alias. Throws a ProjectParseError for one whose anchor
 * isn't there, or comes later.
 */
function findTargets(document: Document.Parsed, at: (offset: number) => Place): Targets {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias(_key, alias) {
      const target = anchors.get(alias.source)
      if (!target) {
        const what = `no anchor &${alias.source} stands before the alias *${alias.source}. Put quotes around a text.`
        throw new ProjectParseError(what, { place: at(alias.range?.[0] ?? 0) })
      }
      targets.set(alias, target)
    },
    Value(_key, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

function targetOf(node: Node | null, targets: Targets): Node | null {
  return isAlias(node) ? (targets.get(node) ?? null) : node
}

/** Nodes that a file with aliases may stand for; a file without may have more. */
const MOST_NODES = 1_000_000

/** A few aliases of aliases can stand for more nodes than fit into memory. */
function refuseAliasBombs(document: Document.Parsed, targets: Targets, place: Place): void {
  if (targets.size === 0) return
  const sizes = new Map<Node, number>()
  const sizeOf = (written: Node | null): number => {
    const node = targetOf(written, targets)
    if (node === null) return 1
    const known = sizes.get(node)
    if (known !== undefined) return known
    // For an anchor that contains itself, which is found where it is read.
    sizes.set(node, 1)
    const parts = itemsOf(node) ?? entriesOf(node).map(({ value }) => value)
    const size = parts.reduce((sum, part) => sum + sizeOf(part), 1)
    sizes.set(node, size)
    return size
  }
  if (sizeOf(document.contents) <= MOST_NODES) return
  throw new ProjectParseError(
    'the aliases in this file stand for more than can be read. Use fewer of them.',
    { place },
  )
}
