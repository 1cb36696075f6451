import { type FSWatcher, watch } from 'node:fs'

/** Resolves when a directory changes, or after `patience` milliseconds, or when the signal comes. Never rejects. */
export function nextChange(directory: string, patience: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let watcher: FSWatcher | undefined
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      watcher?.close()
      resolve()
    }
    const timer = setTimeout(done, Math.min(Math.max(patience, 0), 2 ** 31 - 1))
    if (signal.aborted) return done()
    signal.addEventListener('abort', done, { once: true })
    try {
      watcher = watch(directory, done).on('error', done)
    } catch {
      // Some file systems report no changes: then the timer alone ends the wait.
    }
  })
}
