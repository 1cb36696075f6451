import type { DuckDBConnection } from '@duckdb/node-api'
import { ModelError } from '../errors.ts'
import type { Job } from './plan.ts'

/**
 * Makes the views that stand for the models which a job's SQL references. Throws a ModelError for one of several
 * statements: DuckDB would take the first of them for the view, and the last one is what the model gives.
 */
export async function createModelViews(connection: DuckDBConnection, job: Job): Promise<void> {
  for (const [view, { name, sql }] of job.views) {
    // What can't be taken apart is given as it is, for DuckDB to say why.
    const statements = await connection.extractStatements(sql).catch(() => undefined)
    if (statements && statements.count > 1) {
      throw new ModelError(
        `the SQL of '${job.name}' references '${name}', which has several statements; a PIVOT without IN counts as ` +
          'such. Only a single query can be referenced.',
        job,
      )
    }
    await connection.run(`create temp view ${view} as ${sql}`)
  }
}
