import { stat } from 'node:fs/promises'
import { isMissing, type Reading } from './json-file.ts'

/** How a cache of files behaves. */
export interface FileCacheOptions<T> {
  /** Reads a file that isn't known yet or has changed. Must not throw. */
  readonly load: (file: string) => Promise<Reading<T>>
  /** Above this many bytes of files, the values used longest ago are dropped; the last one always stays. */
  readonly maxBytes: number
}

interface Entry<T> {
  readonly stamp: Stamp
  readonly reading: Promise<Reading<T>>
}

interface Stamp {
  readonly key: string
  readonly bytes: number
}

/**
 * Gives a function that loads a file and keeps what came out for as long as the file's times, size and inode
 * stay the same. Requests that come while it is being loaded share that one load. Failures aren't kept, but that a file
 * is too large, which it stays.
 */
export function openFileCache<T>(options: FileCacheOptions<T>): (file: string) => Promise<Reading<T>> {
  // A Map keeps its order: what was used longest ago stands first.
  const entries = new Map<string, Entry<T>>()

  return async (file) => {
    const stamp = await stampOf(file)
    const known = entries.get(file)
    entries.delete(file)
    if ('state' in stamp) return stamp

    const entry = known?.stamp.key === stamp.key ? known : { stamp, reading: options.load(file) }
    entries.set(file, entry)
    evict(entries, options.maxBytes)

    const reading = await entry.reading
    const kept = reading.state === 'ok' || reading.state === 'too-large'
    if (!kept) entries.delete(file)
    return reading
  }
}

/** Missing is also what is something else, such as a pipe that would never end. */
async function stampOf(file: string): Promise<Stamp | { readonly state: 'missing' | 'unreadable' }> {
  try {
    const found = await stat(file)
    if (!found.isFile()) return { state: 'missing' }
    return { key: [found.mtimeMs, found.ctimeMs, found.size, found.ino].join(), bytes: found.size }
  } catch (error) {
    return { state: isMissing(error) ? 'missing' : 'unreadable' }
  }
}

function evict(entries: Map<string, Entry<unknown>>, maxBytes: number): void {
  let total = 0
  for (const { stamp } of entries.values()) total += stamp.bytes
  for (const [file, { stamp }] of entries) {
    if (total <= maxBytes || entries.size === 1) return
    entries.delete(file)
    total -= stamp.bytes
  }
}
