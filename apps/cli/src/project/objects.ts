import type { Node } from 'yaml'
import { InvalidNameError, type Place, ProjectParseError } from '../errors.ts'
import { explainVariableInName, refuseOtherForms } from './environment.ts'
import { findSwallowingComment } from './folded-sql.ts'
import { isRecord } from './is-record.ts'
import { type Kind, kindOfInline } from './kinds.ts'
import { isName } from './names.ts'
import { type FoundReference, findBrokenReference, findReferences } from './references.ts'
import { entriesOf, itemsOf, scalarOf, textOf, type YamlEntry, type YamlFile } from './yaml-file.ts'

/** A reference and the line it stands on. */
export interface PlacedReference extends FoundReference {
  readonly place: Place
}

/** A named object of the project. */
export interface ProjectObject {
  readonly kind: Kind
  readonly name: string
  /** As written, with every object that was written inside it replaced by a reference to it. */
  readonly value: Readonly<Record<string, unknown>>
  readonly place: Place
  /** Where it is written, behind any alias: no two objects share it. */
  readonly node: Node
  readonly references: readonly PlacedReference[]
  /** Written inside another object rather than in a top-level list; not counted. */
  readonly inline: boolean
}

/** Below these keys stand Plotly's own settings, whose `table:` or `source:` are no objects of the project. */
const PLOTLY = new Set(['props', 'layout'])

/** Objects that hold the settings of another system, whose `target: channel` is no object of the project. */
const FOREIGN: ReadonlySet<Kind | undefined> = new Set(['sources', 'destinations', 'alerts'])

/** Below which keys of what a text is wanted, also where YAML reads a number or a boolean. */
const TEXTS = {
  object: new Set(['name', 'source', 'database', 'file', 'delimiter', 'table_name', 'args']),
  project: new Set(['source_name', 'target_name', 'path', 'exclusions']),
  plotly: new Set<string>(),
}

/** A node as plain data; strings are kept as written. References in it are not looked at. */
export function readPlain(node: Node | null, file: YamlFile): unknown {
  return readSetting(node, file, false)
}

/** The same for a setting that is a text if it is a scalar, such as a name or a version. */
export function readText(node: Node | null, file: YamlFile): unknown {
  return readSetting(node, file, true)
}

function readSetting(node: Node | null, file: YamlFile, asText: boolean): unknown {
  return convert(node, { file, open: new Set(), references: [], inner: [], within: 'project', asText })
}

interface Reading {
  readonly file: YamlFile
  /** Nodes being read, to notice one that contains itself. */
  readonly open: Set<Node>
  readonly references: PlacedReference[]
  readonly inner: ProjectObject[]
  /** What the keys at hand belong to. Only in an object others are looked for. */
  readonly within: keyof typeof TEXTS
  /** The kind of that object. */
  readonly kind?: Kind
  /** Whether scalars are texts, as they are written. */
  readonly asText: boolean
}

/**
 * The object that a mapping describes, and after it those written inside it. Throws a ProjectParseError when the
 * node is no mapping and an InvalidNameError when it has no usable name.
 * @param outer the nodes around an object that is written inside another one
 */
export function readObject(
  written: Node | null,
  kind: Kind,
  file: YamlFile,
  outer?: Set<Node>,
): ProjectObject[] {
  const open = outer ?? new Set<Node>()
  const reading: Reading = { file, open, references: [], inner: [], within: 'object', kind, asText: false }
  const place = file.placeOf(written)
  const node = file.follow(written)
  const value = convert(written, reading)
  if (node === null || !isRecord(value)) {
    throw new ProjectParseError(`an item of \`${kind}:\` has keys, at least \`name:\`.`, { place })
  }
  const name = readName(value.name, kind, place)
  return [
    { kind, name, value, place, node, references: reading.references, inline: outer !== undefined },
    ...reading.inner,
  ]
}

function readName(value: unknown, kind: Kind, place: Place): string {
  if (value === undefined || value === null || value === '') {
    throw new InvalidNameError(`an item of \`${kind}:\` has no \`name:\`. Give it one.`, { place })
  }
  // Of a list with one name in it, the text would be that name.
  const name = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const variable = explainVariableInName(name)
  if (variable !== undefined) throw new InvalidNameError(`${variable}.`, { place })
  if (!isName(name)) {
    throw new InvalidNameError(
      `the name ${JSON.stringify(name)} has characters that a name can't hold. ` +
        `Use letters, digits, spaces, quotes, '-' and '_'.`,
      { place },
    )
  }
  return name
}

function convert(written: Node | null, reading: Reading): unknown {
  const node = reading.file.follow(written)
  if (node === null) return null
  if (reading.open.has(node)) {
    throw new ProjectParseError('this anchor contains itself.', { place: reading.file.placeOf(written) })
  }
  reading.open.add(node)
  try {
    const items = itemsOf(node)
    if (items) return items.map((item) => convert(item, reading))
    const scalar = reading.asText ? textOf(node) : scalarOf(node)
    return scalar === undefined ? convertMapping(node, reading) : convertScalar(scalar, written, reading)
  } finally {
    reading.open.delete(node)
  }
}

function convertScalar(value: unknown, node: Node | null, reading: Reading): unknown {
  if (typeof value !== 'string') return value
  const place = reading.file.placeOf(node)
  refuseOtherForms(value, place)
  const broken = findBrokenReference(value)
  if (broken !== undefined) {
    const reason = `${broken} is not a reference. Write \${ref(name)}, with both of its brackets.`
    throw new ProjectParseError(reason, { place })
  }
  for (const found of findReferences(value)) reading.references.push({ ...found, place })
  return value
}

function convertMapping(node: Node, reading: Reading): Record<string, unknown> {
  return Object.fromEntries(
    mergedEntries(node, reading).map(({ key, keyNode, value }) => {
      if (itemsOf(keyNode) || entriesOf(keyNode).length > 0) {
        throw new ProjectParseError(
          'brackets, such as those of `{{ … }}`, are no text for YAML, and no key. Put quotes around them.',
          { place: reading.file.placeOf(keyNode) },
        )
      }
      return [key, convertEntry(key, value, reading)]
    }),
  )
}

/** The entries of a mapping with those that `<<` takes over. What is written anew is not read in its older form. */
function mergedEntries(node: Node, reading: Reading): readonly YamlEntry[] {
  const entries = entriesOf(node)
  const merges = entries.filter(({ key }) => key === '<<')
  if (merges.length === 0) return entries
  const bases = merges.flatMap(({ value }) => basesOf(value, reading)).reverse()
  const own = entries.filter(({ key }) => key !== '<<')
  return [...new Map([...bases.flat(), ...own].map((entry) => [entry.key, entry])).values()]
}

/** What stands behind a `<<`: a mapping or a list of them, of which the first wins. */
function basesOf(written: Node | null, reading: Reading): (readonly YamlEntry[])[] {
  const node = reading.file.follow(written)
  const items = itemsOf(node)
  if (items) return items.flatMap((item) => basesOf(item, reading))
  if (node === null) return []
  if (reading.open.has(node)) {
    throw new ProjectParseError('this anchor contains itself.', { place: reading.file.placeOf(written) })
  }
  reading.open.add(node)
  try {
    return [mergedEntries(node, reading)]
  } finally {
    reading.open.delete(node)
  }
}

function convertEntry(key: string, value: Node | null, reading: Reading): unknown {
  const within = reading.within === 'object' && PLOTLY.has(key) ? 'plotly' : reading.within
  const below: Reading = { ...reading, within, asText: TEXTS[within].has(key) }
  if (within === 'object' && key === 'sql') refuseSwallowed(value, reading.file)
  const kind = within === 'object' ? kindOfInline(key) : undefined
  if (!kind) return convert(value, below)
  const items = itemsOf(reading.file.follow(value))
  if (!items) return convertInline(value, kind, below)
  return items.map((item) => convertInline(item, kind, below))
}

function refuseSwallowed(written: Node | null, file: YamlFile): void {
  const node = file.follow(written)
  const comment = findSwallowingComment(node)
  if (comment === undefined) return
  throw new ProjectParseError(
    `YAML folds these lines into one, so the comment \`${comment}\` takes in the rest of the query. ` +
      'Write `sql: |`, which keeps the lines.',
    { place: file.placeOf(node) },
  )
}

/**
 * An object with a name, written in place of a reference, becomes an object of the project and a reference; a bare name
 * becomes one too, or nobody would check it and a filter not follow it.
 * A source can't do without one: what is known of it is written down by its name.
 */
function convertInline(written: Node | null, kind: Kind, reading: Reading): unknown {
  const node = reading.file.follow(written)
  const bare = textOf(node)
  // A markdown may be its own text.
  if (isName(bare) && kind !== 'markdowns' && !FOREIGN.has(reading.kind)) {
    reading.references.push({ name: bare, path: '', place: reading.file.placeOf(written) })
    return `\${ref(${bare})}`
  }
  const keys = entriesOf(node).map(({ key }) => key)
  const named = keys.includes('name') || (kind === 'sources' && keys.length > 0)
  if (!named || node === null || reading.open.has(node)) return convert(written, reading)
  const [object, ...deeper] = readObject(node, kind, reading.file, reading.open)
  if (!object) return null
  reading.inner.push(object, ...deeper)
  reading.references.push({ name: object.name, path: '', place: object.place })
  return `\${ref(${object.name})}`
}
