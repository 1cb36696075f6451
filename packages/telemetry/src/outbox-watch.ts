import { type FSWatcher, watch } from 'node:fs'

/** How long to wait for a change, in milliseconds, and what ends the wait before. */
export interface Patience {
  readonly most: number
  /** How long a change is left alone, so that more may come with it. */
  readonly gather: number
  /** Asked once the watch stands: nobody reports what came between the last look and the watch. */
  readonly missed: () => boolean
  readonly signal: AbortSignal
}

/** Resolves when a directory has changed, or when patience is over. Never rejects. */
export function nextChange(directory: string, patience: Patience): Promise<void> {
  const { most, gather, missed, signal } = patience
  return new Promise((resolve) => {
    let watcher: FSWatcher | undefined
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      watcher?.close()
      resolve()
    }
    const changed = () => {
      watcher?.close()
      clearTimeout(timer)
      timer = setTimeout(done, gather)
    }
    let timer = setTimeout(done, most)
    if (signal.aborted) return done()
    signal.addEventListener('abort', done, { once: true })
    try {
      watcher = watch(directory, changed).on('error', changed)
    } catch {
      // Some file systems report no changes: then the timer alone ends the wait.
    }
    if (missed()) changed()
  })
}
