import { join } from 'node:path'
import type { DuckDBResult } from '@duckdb/node-api'
import { writeAtomically } from '../write-atomically.ts'
import { toJsonValue } from './json-value.ts'

/**
 * Writes a result to `<directory>/data/<name>.json`, atomically and chunk by chunk (a whole result as text
 * would be several times its size):
 * `{ "name", "columns": [{ "name", "type" }], "rows": [[…]] }`. Types are DuckDB's names. Gives the number of rows.
 * Throws what the result, the disk or `signal` throw; then no file is written.
 */
export async function writeResult(
  name: string,
  result: DuckDBResult,
  directory: string,
  signal: AbortSignal,
): Promise<number> {
  let count = 0
  async function* pieces() {
    const types = result.columnTypes()
    const columns = result
      .columnNames()
      .map((column, index) => ({ name: column, type: String(types[index]) }))
    yield `{"name":${JSON.stringify(name)},"columns":${JSON.stringify(columns)},"rows":[`
    for await (const rows of result.yieldRows()) {
      signal.throwIfAborted()
      if (rows.length === 0) continue
      const lines = rows.map((row) => JSON.stringify(row.map(toJsonValue)))
      yield `${count === 0 ? '' : ','}\n${lines.join(',\n')}`
      count += rows.length
    }
    yield '\n]}\n'
  }
  await writeAtomically(join(directory, 'data', `${name}.json`), pieces())
  return count
}
