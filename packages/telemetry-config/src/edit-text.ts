import { isDeepStrictEqual } from 'node:util'
import * as yaml from 'yaml'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import { readWith } from './read-fully.ts'
import { meaningOf } from './switch.ts'
import { withoutTemplates } from './without-templates.ts'

/** The new text, which is the old one if nothing had to change; or why there is none, and where. */
export type Edit =
  | { readonly text: string }
  | { readonly problem: string; readonly line?: number | undefined }

/** Replaces `text.slice(from, to)`. */
interface Splice {
  readonly from: number
  readonly to: number
  readonly with: string
}

/**
 * Sets the switch at `keyPath` in a YAML text, touching only its own characters: places for it are tried in
 * order, and the first one counts whose result, parsed again, differs from the old text in the switch alone.
 */
export function editText(text: string, keyPath: readonly string[], enabled: boolean): Edit {
  try {
    return edit(text, keyPath, enabled)
  } catch {
    // an alias to nothing, or nesting deeper than the stack
    return { problem: 'it is not valid YAML' }
  }
}

function edit(original: string, keyPath: readonly string[], enabled: boolean): Edit {
  const text = withoutTemplates(original)
  const lineCounter = new LineCounter()
  const [document, second] = parseAllDocuments(text, { lineCounter, logLevel: 'silent' })
  if (document === undefined || !('errors' in document)) return append(original, keyPath, enabled)
  const error = document.errors[0] ?? second?.errors[0]
  if (error) {
    const problem = error.code === 'DUPLICATE_KEY' ? 'it has a key twice' : 'it is not valid YAML'
    return { problem, line: lineCounter.linePos(error.pos[0]).line }
  }
  if (second) {
    const line = lineCounter.linePos(second.range[0]).line
    return { problem: 'it holds more than one YAML document', line }
  }
  const wanted = withSwitch(document.toJS(), keyPath, enabled)
  if (meaningOf(document.getIn(keyPath)) === (enabled ? 'on' : 'off')) return { text: original }
  const comments = commentsIn(text)
  for (const splice of places(text, document, keyPath, enabled)) {
    const edited = spliced(text, splice)
    const isWhole = isDeepStrictEqual(commentsIn(edited), comments)
    if (isWhole && holds(edited, wanted, keyPath, enabled)) return { text: spliced(original, splice) }
  }
  return { problem: `${keyPath.join('.')} can't be set there without changing something else` }
}

function spliced(text: string, { from, to, with: inserted }: Splice): string {
  return text.slice(0, from) + inserted + text.slice(to)
}

/** An empty text, or nothing but comments. */
function append(text: string, keyPath: readonly string[], enabled: boolean): Edit {
  const edited = atEnd(text, keyPath, enabled)
  return holds(edited, withSwitch({}, keyPath, enabled), keyPath, enabled)
    ? { text: edited }
    : { problem: 'there is no place for a setting in it' }
}

function* places(
  text: string,
  document: Document.Parsed,
  keyPath: readonly string[],
  enabled: boolean,
): Generator<Splice> {
  const newline = newlineOf(text)
  let node: unknown = document.contents
  if (node === null || (isScalar(node) && node.value === null)) {
    const added = atEnd(text, keyPath, enabled).slice(text.length)
    yield { from: text.length, to: text.length, with: added }
    return
  }
  for (const [depth, key] of keyPath.entries()) {
    if (!isMap(node)) return
    const pair: Pair | undefined = node.items.find((item) => isScalar(item.key) && item.key.value === key)
    const rest = keyPath.slice(depth)
    if (pair === undefined) return yield* placesInMap(text, node, rest, enabled, newline)
    const from = text.indexOf(':', keyRange(pair)[1]) + 1
    if (rest.length === 1) return yield* placesForValue(pair, from, enabled)
    if (isScalar(pair.value) && pair.value.value === null) {
      const to = Math.max(from, pair.value.range?.[1] ?? from)
      const lineEnd = endOfLine(text, from)
      const inside = newline + block(rest.slice(1), enabled, ' '.repeat(columnOf(text, pair) + 2), newline)
      yield { from: lineEnd, to: lineEnd, with: inside }
      yield { from, to, with: inside }
    }
    node = pair.value
  }
}

/** In the place of a scalar, or of nothing behind a colon. */
function* placesForValue({ value }: Pair, afterColon: number, enabled: boolean): Generator<Splice> {
  if (!isScalar(value) && !isAlias(value)) return
  const [from, to] = value.range ?? [afterColon, afterColon]
  if (from < to) yield { from, to, with: String(enabled) }
  yield { from: afterColon, to: afterColon, with: ` ${enabled}` }
}

/** As the last entry of a map; else as its first; `{}` has its own way. */
function* placesInMap(
  text: string,
  map: YAMLMap,
  keys: readonly string[],
  enabled: boolean,
  newline: string,
): Generator<Splice> {
  const [start = 0, end = start] = map.range ?? []
  const inline = `${keys.join(': { ')}: ${enabled}${' }'.repeat(keys.length - 1)}`
  const [first] = map.items
  if (first === undefined) {
    yield { from: start, to: end, with: `{ ${inline} }` }
    // Behind its brace, where it holds a comment.
    return yield { from: start + 1, to: start + 1, with: ` ${inline}` }
  }
  const [firstKey] = keyRange(first)
  if (map.flow) return yield { from: firstKey, to: firstKey, with: `${inline}, ` }
  const indent = ' '.repeat(columnOf(text, first))
  const entry = block(keys, enabled, indent, newline)
  const lastLineEnd = endOfLine(text, text.slice(0, end).trimEnd().length)
  yield { from: lastLineEnd, to: lastLineEnd, with: newline + entry }
  yield { from: firstKey, to: firstKey, with: entry.trimStart() + newline + indent }
}

/** `defaults:` and below it, two spaces deeper, `telemetry_enabled: false`; without a newline at the end. */
function block(keys: readonly string[], enabled: boolean, indent: string, newline: string): string {
  return keys
    .map(
      (key, depth) =>
        `${indent}${'  '.repeat(depth)}${key}:${depth === keys.length - 1 ? ` ${enabled}` : ''}`,
    )
    .join(newline)
}

/** Whether `text` is valid, holds exactly `wanted`, and is read back as it was meant. */
function holds(text: string, wanted: unknown, keyPath: readonly string[], enabled: boolean): boolean {
  const documents = parseAllDocuments(text, { logLevel: 'silent' })
  const [document] = documents
  if (documents.length !== 1 || document === undefined || document.errors.length > 0) return false
  // With this parser: in a bundled tool there is no other to be found.
  const reading = readWith(yaml, text, [keyPath])
  const values = 'found' in reading ? reading.found.map(({ value }) => value) : []
  const isRead = values.includes(enabled) && (!enabled || values.every((value) => value === true))
  return isRead && isDeepStrictEqual(document.toJS(), wanted)
}

/** Every comment, in order: no parser would miss one. */
function commentsIn(text: string): readonly string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith('#'))
}

/** The configuration with the switch set; everything else as it is. */
function withSwitch(value: unknown, [key, ...rest]: readonly string[], enabled: boolean): unknown {
  if (key === undefined) return enabled
  const map = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  const child: unknown = Object.hasOwn(map, key) ? Reflect.get(map, key) : undefined
  return { ...map, [key]: withSwitch(child, rest, enabled) }
}

/** The text with the switch on lines of its own behind it. */
function atEnd(text: string, keyPath: readonly string[], enabled: boolean): string {
  const newline = newlineOf(text)
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  return text + gap + block(keyPath, enabled, '', newline) + newline
}

function newlineOf(text: string): string {
  return /\r\n/.test(text) ? '\r\n' : '\n'
}

/** Where the line that holds `offset` ends, before its newline. */
function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  if (newline === -1) return text.length
  return text[newline - 1] === '\r' ? newline - 1 : newline
}

function columnOf(text: string, pair: Pair): number {
  const [offset] = keyRange(pair)
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function keyRange({ key }: Pair): readonly [from: number, to: number] {
  const [from, to] = (isNode(key) ? key.range : undefined) ?? [0, 0]
  return [from, to]
}
