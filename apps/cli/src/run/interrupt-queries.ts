import type { DuckDBConnection } from '@duckdb/node-api'

/** DuckDB forgets an interrupt that comes just before a query starts, so it is repeated, in milliseconds. */
const INTERRUPT_EVERY = 50

/**
 * Does `work` with a connection whose queries are interrupted once `signal` is aborted. Throws the signal's reason when
 * it is aborted already; an interrupted query rejects with DuckDB's own error.
 */
export async function interruptingQueries<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  let timer: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    timer = setInterval(() => connection.interrupt(), INTERRUPT_EVERY)
  }
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(timer)
  }
}
