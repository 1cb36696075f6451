import { resolve } from 'node:path'
import { type Place, ProjectParseError, UnsupportedSourceError } from '../errors.ts'
import type { CompiledObject } from '../project/compiled.ts'
import { resolveVariables } from '../project/environment.ts'
import { escapePattern } from './sql.ts'

/** A program whose output is a table. */
export interface Seed {
  readonly table: string
  /** The program and its arguments. */
  readonly args: readonly [string, ...string[]]
}

/** A CSV file that is a view of its source's name. */
export interface CsvView {
  /** Absolute. */
  readonly file: string
  /** The same for DuckDB, where the file itself isn't there: with the wildcards of `file:`, and none of the directory. */
  readonly pattern: string
  /** Absolute; `file:` counts from it. */
  readonly workingDirectory: string
  readonly delimiter: string | undefined
  readonly header: boolean | undefined
}

/** How a source is opened: a DuckDB database and what is put into it first. */
export interface SourcePlan {
  readonly name: string
  /** An absolute path, or IN_MEMORY for a database of this run. */
  readonly database: string
  readonly seeds: readonly Seed[]
  readonly csv: CsvView | undefined
  readonly place: Place
}

/** What a source's keys are read with. */
interface SourceContext {
  readonly workingDirectory: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly place: Place
}

/** The `database` that is none on the disk. */
export const IN_MEMORY = ':memory:'

/**
 * How to open a source, or undefined when its type doesn't run here. Throws a ProjectParseError for keys that are
 * missing or wrong, and an UnsupportedSourceError for those that mean something that isn't done here.
 */
export function planSource(source: CompiledObject, context: SourceContext): SourcePlan | undefined {
  if (source.type === 'csv') return planCsv(source, context)
  if (source.type === 'duckdb') return planDuckdb(source, context)
  return undefined
}

function planDuckdb(source: CompiledObject, context: SourceContext): SourcePlan {
  const { place } = context
  if (source.attach !== undefined) {
    throw new UnsupportedSourceError(
      `the source '${source.name}' attaches databases, which is not done here.`,
      {
        place,
      },
    )
  }
  const database = text(source, 'database', context)
  return {
    name: source.name,
    database: database === IN_MEMORY ? database : resolve(context.workingDirectory, database),
    seeds: seedsOf(source, context),
    csv: undefined,
    place,
  }
}

function planCsv(source: CompiledObject, context: SourceContext): SourcePlan {
  const delimiter = source.delimiter === undefined ? undefined : text(source, 'delimiter', context)
  const header = headerOf(source, context)
  const { workingDirectory } = context
  const written = text(source, 'file', context)
  const file = resolve(workingDirectory, written)
  const pattern = resolve(escapePattern(workingDirectory), written)
  const csv = { file, pattern, workingDirectory, delimiter, header }
  return { name: source.name, database: IN_MEMORY, seeds: [], csv, place: context.place }
}

const HEADERS = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
])

/** YAML 1.2 takes `no` for a text; of a guess in its place the first row could become the names of the columns. */
function headerOf(
  { name, has_header: written }: CompiledObject,
  { env, place }: SourceContext,
): boolean | undefined {
  if (written === undefined || written === null) return undefined
  const header = HEADERS.get(resolveVariables(String(written), env, place).toLowerCase())
  if (header !== undefined) return header
  throw new ProjectParseError(`\`has_header:\` of '${name}' is true or false.`, { place })
}

function seedsOf(source: CompiledObject, { env, place }: SourceContext): Seed[] {
  const list: unknown = source.seeds ?? []
  if (!Array.isArray(list))
    throw new ProjectParseError(`\`seeds:\` of '${source.name}' is a list.`, { place })
  const tables = new Set<string>()
  return list.map((item: unknown) => {
    const { table_name: name, args }: { table_name?: unknown; args?: unknown } = Object(item)
    const table = typeof name === 'string' ? resolveVariables(name, env, place) : undefined
    const [program, ...rest] = Array.isArray(args)
      ? args.map((arg) => resolveVariables(String(arg), env, place))
      : []
    if (table === undefined || table === '' || program === undefined) {
      throw new ProjectParseError(
        `a seed of '${source.name}' needs \`table_name:\` and \`args: [program, argument, …]\`.`,
        { place },
      )
    }
    if (program === '') {
      throw new ProjectParseError(
        `the seed of table '${table}' of '${source.name}' names no program: the first of its \`args:\` is empty.`,
        { place },
      )
    }
    // DuckDB takes `T` for `t`: the second would replace what the first has loaded.
    if (tables.has(table.toLowerCase())) {
      throw new ProjectParseError(
        `two seeds of '${source.name}' have the table '${table}'. Give each its own.`,
        { place },
      )
    }
    tables.add(table.toLowerCase())
    return { table, args: [program, ...rest] }
  })
}

function text(source: CompiledObject, key: string, { env, place }: SourceContext): string {
  const value = source[key]
  if (typeof value !== 'string' || value === '') {
    throw new ProjectParseError(`the ${String(source.type)} source '${source.name}' needs \`${key}:\`.`, {
      place,
    })
  }
  return resolveVariables(value, env, place)
}
