import { type DuckDBConnection, type DuckDBResult, ResultReturnType } from '@duckdb/node-api'
import pLimit from 'p-limit'
import { ModelError, ProjectError, QueryError } from '../errors.ts'
import { reasonOfCsv } from './csv-error.ts'
import { interruptingQueries } from './interrupt-queries.ts'
import { createModelViews } from './model-views.ts'
import { hasNamelessFields } from './nameless-fields.ts'
import { type OpenContext, type OpenSources, openSources } from './open-source.ts'
import { type Job, throwAll } from './plan.ts'
import { writeResult } from './results.ts'

/** A job that was executed to the end. */
export interface JobDone {
  readonly name: string
  readonly rows: number
  readonly seconds: number
}

/** How jobs are executed. */
export interface ExecuteOptions extends OpenContext {
  /** How many jobs run at once, from 1. */
  readonly threads: number
  readonly onJobDone: (job: JobDone) => void
}

/**
 * Opens the sources of the jobs and executes the jobs. When one fails, those that run are finished, no more are
 * started, and the errors of all are thrown as one. When the signal is aborted, queries are interrupted and its
 * reason is thrown.
 */
export async function executeJobs(jobs: readonly Job[], options: ExecuteOptions): Promise<void> {
  const { signal, threads } = options
  signal.throwIfAborted()
  const plans = new Map(jobs.map(({ source }) => [source.name, source]))
  const sources = await openSources([...plans.values()], options)
  const problems: ProjectError[] = []
  const limit = pLimit(threads)
  try {
    await limit.map(jobs, async (job) => {
      if (signal.aborted || problems.length > 0) return
      try {
        options.onJobDone(await executeJob(job, sources, options))
      } catch (error) {
        problems.push(describe(error, job))
      }
    })
  } finally {
    sources.close()
  }
  signal.throwIfAborted()
  throwAll(problems)
}

async function executeJob(job: Job, sources: OpenSources, options: ExecuteOptions): Promise<JobDone> {
  const { directory, signal } = options
  const started = performance.now()
  const connection = await sources.connect(job.source)
  try {
    const rows = await interruptingQueries(connection, signal, async () => {
      await createModelViews(connection, job)
      // Not `stream`: a query that fails or is interrupted after its first rows ends a stream like a complete one.
      const result = await runLast(connection, job.sql)
      // Of what is only a comment, DuckDB gives a result too, without columns.
      if (result.returnType === ResultReturnType.QUERY_RESULT && result.columnCount > 0) {
        refuseNamelessFields(result, job)
        return writeResult(job.name, result, directory, signal)
      }
      throw new ModelError(`the SQL of the model '${job.name}' gives no rows. It ends with a select.`, job)
    })
    return { name: job.name, rows, seconds: (performance.now() - started) / 1000 }
  } finally {
    connection.closeSync()
  }
}

function refuseNamelessFields(result: DuckDBResult, job: Job): void {
  const column = result.columnTypes().findIndex(hasNamelessFields)
  if (column === -1) return
  throw new ModelError(
    `the column '${result.columnName(column)}' of the model '${job.name}' has several fields without a name, of which ` +
      'one alone could be written. Name them, such as with struct_pack(a := …, b := …).',
    job,
  )
}

/** The result of the last statement: of several, DuckDB itself gives the first that has rows. */
async function runLast(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  // What can't be taken apart is given as it is, for DuckDB to say why.
  const statements = await connection.extractStatements(sql).catch(() => undefined)
  if (!statements || statements.count < 2) return connection.run(sql)
  for (let at = 0; at < statements.count - 1; at += 1) await (await statements.prepare(at)).run()
  return (await statements.prepare(statements.count - 1)).run()
}

function describe(error: unknown, job: Job): ProjectError {
  if (error instanceof ProjectError) return error
  return new QueryError(`the model '${job.name}' failed: ${reasonOfCsv(error)}`, {
    place: job.place,
    cause: error,
  })
}
