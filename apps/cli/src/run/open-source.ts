import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ProjectError, SourceError } from '../errors.ts'
import { foundAt } from '../found-at.ts'
import { makeDirectory } from '../make-directory.ts'
import { realPathOf } from '../real-path.ts'
import { reasonOf } from '../system-error.ts'
import { createCsvView } from './csv-view.ts'
import { interruptingQueries } from './interrupt-queries.ts'
import { loadSeed, type SeedContext } from './seed.ts'
import { IN_MEMORY, type Seed, type SourcePlan } from './source-plan.ts'

/** Where sources are opened. */
export interface OpenContext extends SeedContext {
  /** Where results go, and meanwhile what does not fit into memory; absolute. */
  readonly directory: string
}

/** The databases of a run. Each is opened once and holds its seeds before anything reads it. */
export interface OpenSources {
  /** A new connection to an open source. The caller closes it. */
  connect(source: SourcePlan): Promise<DuckDBConnection>
  /** Closes every database. */
  close(): void
}

/**
 * Opens the sources that are given, loads their seeds and makes the views of CSV files. Two sources that name the
 * same file share it, also past a link: opened twice, each would overwrite what the other writes. Throws a SourceError
 * or a SeedError, with everything closed again.
 */
export async function openSources(
  sources: readonly SourcePlan[],
  context: OpenContext,
): Promise<OpenSources> {
  const instances = new Map<string, DuckDBInstance>()
  const keys = new Map<string, string>()
  for (const source of sources) keys.set(source.name, await keyOf(source))
  const open: OpenSources = {
    connect: async (source) => {
      const instance = instances.get(keys.get(source.name) ?? '')
      if (!instance) throw new SourceError(`the source '${source.name}' is not open`)
      return instance.connect()
    },
    close: () => {
      for (const instance of instances.values()) instance.closeSync()
    },
  }
  const sharersOf = ({ name: of }: SourcePlan) =>
    sources.filter(({ name }) => keys.get(name) === keys.get(of))
  for (const source of sources) refuseReplacedSeed(source, sharersOf(source))
  try {
    for (const source of sources) {
      const key = keys.get(source.name) ?? ''
      const sharers = sharersOf(source)
      const writes = sharers.some(({ seeds }) => seeds.length > 0)
      if (!instances.has(key)) instances.set(key, await openDatabase(source, writes, context))
      await prepare(source, open, context)
    }
  } catch (error) {
    open.close()
    throw error
  }
  return open
}

/** A database in memory belongs to one source. */
async function keyOf({ database, name }: SourcePlan): Promise<string> {
  return database === IN_MEMORY ? `${IN_MEMORY} ${name}` : realPathOf(database)
}

/** The models of both sources would read what the second seed printed. */
function refuseReplacedSeed({ name, seeds, place }: SourcePlan, sharers: readonly SourcePlan[]): void {
  const others = sharers.filter((sharer) => sharer.name !== name)
  for (const { table, args } of seeds) {
    const isReplaced = (seed: Seed) =>
      seed.table.toLowerCase() === table.toLowerCase() && seed.args.join('\0') !== args.join('\0')
    const other = others.find((one) => one.seeds.some(isReplaced))
    if (!other) continue
    const message = `'${name}' and '${other.name}' have one database, and each a seed of its own for the table '${table}'.`
    throw new SourceError(`${message} Give each table a name of its own, or each source a database.`, {
      place,
    })
  }
}

async function openDatabase(
  source: SourcePlan,
  writes: boolean,
  { directory }: OpenContext,
): Promise<DuckDBInstance> {
  const { database, name, place } = source
  // DuckDB's own choice is the same for all databases in memory, and for two processes that read one file: each would read
  // what the other has put there.
  const temporary = { temp_directory: join(directory, `.visivo-${randomBytes(6).toString('hex')}.tmp`) }
  if (database === IN_MEMORY) return DuckDBInstance.create(database, temporary)
  const found = await foundAt(database).catch((cause: unknown) => {
    const message = `the database of '${name}' can't be read: ${database} (${reasonOf(cause)}). Make it readable for you.`
    throw new SourceError(message, { place, cause })
  })
  if (!writes && !found) {
    throw new SourceError(
      `the database of '${name}' doesn't exist: ${database}. Check \`database:\`, or give it \`seeds:\`.`,
      { place },
    )
  }
  // DuckDB would wait for the writer of a pipe, whatever is asked of it meanwhile.
  if (found && !found.isFile()) {
    throw new SourceError(`the database of '${name}' is no regular file: ${database}. Check \`database:\`.`, {
      place,
    })
  }
  if (writes) await makeDirectoryOf(source)
  try {
    // Readers don't lock each other out; a writer needs the file for itself.
    const access_mode = writes ? 'READ_WRITE' : 'READ_ONLY'
    return await DuckDBInstance.create(database, { ...temporary, access_mode })
  } catch (cause) {
    throw new SourceError(`the database of '${name}' can't be opened: ${reasonOf(cause)}`, { place, cause })
  }
}

async function makeDirectoryOf({ database, name, place }: SourcePlan): Promise<void> {
  try {
    await makeDirectory(dirname(database))
  } catch (cause) {
    throw new SourceError(
      `the directory of the database ${database} of '${name}' can't be made (${reasonOf(cause)}). ` +
        'Check `database:`.',
      { place, cause },
    )
  }
}

async function prepare(source: SourcePlan, open: OpenSources, context: SeedContext): Promise<void> {
  if (source.seeds.length === 0 && !source.csv) return
  const connection = await open.connect(source)
  try {
    await interruptingQueries(connection, context.signal, async () => {
      for (const seed of source.seeds) await loadSeed(connection, seed, source, context)
      if (source.csv) await createCsvView(connection, source.name, source.csv)
    })
  } catch (cause) {
    context.signal.throwIfAborted()
    if (cause instanceof ProjectError) throw cause
    throw new SourceError(`the source '${source.name}' can't be read: ${reasonOf(cause)}`, {
      place: source.place,
      cause,
    })
  } finally {
    connection.closeSync()
  }
}
