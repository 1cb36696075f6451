import { fstatSync } from 'node:fs'

/** How often the parent is looked for, in milliseconds: nothing tells when it is gone. */
const LOOK = 2_000

/**
 * Settles when there is nobody left to end this command: it was interrupted, whoever started it is gone, or the pipe
 * that is its stdin was closed. A terminal that closes says so by a signal. Holds the process only while a pipe is read.
 */
export function terminalGone(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const parent = process.ppid
    const looking = setInterval(() => {
      if (process.ppid !== parent) end()
    }, LOOK).unref()
    const piped = isPiped()
    const end = () => {
      clearInterval(looking)
      signal.removeEventListener('abort', end)
      if (piped) process.stdin.destroy()
      resolve()
    }
    signal.addEventListener('abort', end)
    if (piped) process.stdin.on('end', end).on('error', end).resume()
    if (signal.aborted) end()
  })
}

/** A terminal is not read: a command in the background would be stopped by that. Nor is a file, which ends at once. */
function isPiped(): boolean {
  try {
    // As big integers: see docs/decisions/0008.
    const stdin = fstatSync(0, { bigint: true })
    return stdin.isFIFO() || stdin.isSocket()
  } catch {
    // There is no stdin.
    return false
  }
}
