/** A signal that comes with the first of several, or when it is told to. */
export interface FirstOf {
  readonly signal: AbortSignal
  abort(): void
  /** Lets go of the others. To be called when the work that it was for is over. */
  release(): void
}

/**
 * In place of `AbortSignal.any`, which on Node 20 never comes when a time-out among its sources is collected as
 * garbage first, and which grows with every use beside a source that lives as long as a server.
 */
export function firstOf(sources: readonly AbortSignal[]): FirstOf {
  const controller = new AbortController()
  const abort = () => controller.abort()
  for (const source of sources) {
    if (source.aborted) abort()
    source.addEventListener('abort', abort, { once: true })
  }
  return {
    signal: controller.signal,
    abort,
    release: () => {
      for (const source of sources) source.removeEventListener('abort', abort)
    },
  }
}
