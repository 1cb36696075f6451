import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { SeedError } from '../errors.ts'
import { reasonOf } from '../system-error.ts'
import { reasonOfCsv } from './csv-error.ts'
import { refuseMisread } from './misread.ts'
import { refuseOneColumn } from './one-column.ts'
import { readCsv, withQuotes } from './read-csv.ts'
import { refuseJson } from './refuse-json.ts'
import type { Seed, SourcePlan } from './source-plan.ts'
import { escapePattern, NO_COMMENTS, quoteName } from './sql.ts'

/** Where seeds run. */
export interface SeedContext {
  readonly workingDirectory: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly signal: AbortSignal
}

/** How much of a failing program's last words is shown, in characters. */
const LAST_WORDS = 500

/**
 * Runs a seed's program without a shell in the project's directory and replaces the seed's table with the CSV (with a
 * header) that it printed. Throws a SeedError naming the table and what the program said, or the signal's
 * reason.
 */
export async function loadSeed(
  connection: DuckDBConnection,
  seed: Seed,
  source: SourcePlan,
  context: SeedContext,
): Promise<void> {
  const fail = (what: string, cause?: unknown) =>
    new SeedError(`the seed of table '${seed.table}' (${seed.args[0]}) ${what}`, {
      place: source.place,
      cause,
    })
  const directory = await mkdtemp(join(tmpdir(), 'visivo-seed-')).catch((cause: unknown) => {
    throw fail(`has no place for what it prints: ${tmpdir()} (${reasonOf(cause)}). Check TMPDIR.`, cause)
  })
  try {
    const file = join(directory, 'seed.csv')
    // Of arguments that no program can take, such as a zero byte, Node tells by throwing.
    const problem = await printToFile(seed, file, context).catch(
      (cause: unknown) => `could not run: ${reasonOf(cause)}. Check \`args:\`.`,
    )
    context.signal.throwIfAborted()
    if (problem !== undefined) throw fail(problem)
    if ((await stat(file)).size === 0) throw fail('printed nothing. It prints a CSV with a header.')
    await load(connection, seed, file).catch((cause: unknown) => {
      const reason = reasonOfCsv(cause)
      // What is said of something else than the CSV is the database's: a view may have the name of the table.
      const what = reason === reasonOf(cause) ? "can't be loaded" : 'printed what is not a CSV'
      throw fail(`${what}: ${reason.replace(file, 'what it printed')}`, cause)
    })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function load(connection: DuckDBConnection, { table }: Seed, file: string): Promise<void> {
  await refuseJson(file)
  // Names of directories above mean nothing here.
  const read = ['header = true', 'hive_partitioning = false', NO_COMMENTS]
  const options = await withQuotes(connection, [file], read)
  const csv = readCsv(escapePattern(file), options)
  await refuseOneColumn(connection, csv, file)
  await refuseMisread(connection, { pattern: escapePattern(file), first: file, options })
  await connection.run(`create or replace table ${quoteName(table)} as select * from ${csv}`)
}

/** Gives what went wrong, as the end of a sentence, or undefined. */
async function printToFile(
  { args }: Seed,
  file: string,
  { workingDirectory, env, signal }: SeedContext,
): Promise<string | undefined> {
  const [program, ...rest] = args
  const child = spawn(program, rest, {
    cwd: workingDirectory,
    env,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  let lastWords = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS)
  })
  let failure: string | undefined
  const fail = (error: Error, advice = 'Check `args:`') => {
    failure ??= `could not run: ${error.message}. ${advice}.`
    child.kill()
    // A program that it has started may hold the pipe open for longer than it lives.
    child.stderr.destroy()
  }
  child.once('error', fail)
  const closed = new Promise((resolve) => child.once('close', resolve))
  const output = createWriteStream(file)
  // Only the disk fails here: a program that can't be started has told before.
  output.once('error', (error) => fail(error, `Make room in ${tmpdir()}, or choose another TMPDIR`))
  await pipeline(child.stdout, output, { signal }).catch(fail)
  await closed
  if (failure !== undefined) return failure
  if (child.exitCode === 0) return undefined
  const end = child.signalCode ?? `exit code ${child.exitCode}`
  return `ended with ${end}${lastWords === '' ? '.' : `: ${lastWords.trim()}`}`
}
