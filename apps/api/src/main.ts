#!/usr/bin/env node
import { printable } from './printable.ts'
import { serve } from './serve.ts'
import { instrument } from './telemetry.ts'

process.exitCode = await serve(process.argv.slice(2), {
  out: (text) => process.stdout.write(printable(text)),
  err: (text) => process.stderr.write(printable(text)),
  instrument,
  untilStopped,
})

/**
 * Ctrl-C comes once, or twice when a script runner passes it on, and the second must not break off the leaving; the
 * third is impatience.
 */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let presses = 0
    process.on('SIGINT', () => {
      presses += 1
      if (presses === 3) process.exit(130)
      resolve()
    })
    process.on('SIGTERM', () => resolve())
  })
}
