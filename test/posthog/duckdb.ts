import { createRequire } from 'node:module'
import type { StoredEvent } from '../../packages/telemetry/src/guard.ts'

interface Result {
  getRowObjectsJson(): readonly Readonly<Record<string, unknown>>[]
}

interface DuckDB {
  readonly DuckDBInstance: {
    create(): Promise<{ connect(): Promise<{ runAndReadAll(sql: string): Promise<Result> }> }>
  }
}

/** What is PostHog's own in the queries, in DuckDB's words. */
const MACROS = [
  'toString(value) AS value::VARCHAR',
  'notEmpty(value) AS coalesce(length(value) > 0, false)',
  'toInt(value) AS value::BIGINT',
  'toFloat(value) AS value::DOUBLE',
  'sumIf(value, condition) AS coalesce(sum(value) FILTER (condition), 0)',
  "JSONExtractInt(value, key) AS json_extract(value, '$.' || key)::BIGINT",
]
/** The properties that the queries look at. */
const PROPERTIES =
  'command VARCHAR, success BOOLEAN, is_ci BOOLEAN, project_hash VARCHAR, object_counts VARCHAR, endpoint VARCHAR, ' +
  'status_code BIGINT, duration_ms BIGINT, request_count BIGINT'

/** Asks a question of PostHog's SQL about events, in the DuckDB that `visivo run` uses. Counts are text, as it gives them. */
export async function answerTo(
  sql: string,
  events: readonly StoredEvent[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { DuckDBInstance }: DuckDB = createRequire(new URL('../../apps/cli/package.json', import.meta.url))(
    '@duckdb/node-api',
  )
  const connection = await (await DuckDBInstance.create()).connect()
  await connection.runAndReadAll(
    `CREATE TABLE events (event VARCHAR, uuid VARCHAR, distinct_id VARCHAR, timestamp TIMESTAMPTZ, properties STRUCT(${PROPERTIES}))`,
  )
  for (const { event, uuid, distinct_id, timestamp, properties } of events)
    await connection.runAndReadAll(
      `INSERT INTO events SELECT '${event}', '${uuid}', '${distinct_id}', '${timestamp}',
        from_json('${JSON.stringify(properties)}', '${asJson(PROPERTIES)}')`,
    )
  for (const macro of MACROS) await connection.runAndReadAll(`CREATE MACRO ${macro}`)
  return (await connection.runAndReadAll(sql)).getRowObjectsJson()
}

/** `a BOOLEAN, b VARCHAR` as `{"a":"BOOLEAN","b":"VARCHAR"}`. */
function asJson(columns: string): string {
  return JSON.stringify(Object.fromEntries(columns.split(', ').map((column) => column.split(' '))))
}
