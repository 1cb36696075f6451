import { defineProduct } from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import type * as Whole from './index.ts'
import { NO_COMMAND, NO_PROCESS, noTelemetry } from './nothing.ts'

// What Node loads for `@visivo/telemetry`: its door alone, of which importing costs next to nothing. The house
// behind it is `index`, which is loaded by the first call; bundlers are given `index` itself.

export { defineProduct }

/** `createTelemetry` of `index`. Where that can't be loaded, telemetry is off. */
export const createTelemetry: typeof Whole.createTelemetry = (options) =>
  whole()?.createTelemetry(options) ?? noTelemetry(options)

/** `followCommand` of `index`. */
export const followCommand: typeof Whole.followCommand = (...command) =>
  whole()?.followCommand(...command) ?? NO_COMMAND

/** `followProcess` of `index`. */
export const followProcess: typeof Whole.followProcess = (...followed) =>
  whole()?.followProcess(...followed) ?? NO_PROCESS

let loaded: typeof Whole | undefined

/** As it was at the import: a test of the host may have put a mock in its place by the first call. */
const readFileSync = attempt(() => process.getBuiltinModule('node:fs').readFileSync)

/** Loads all of it at once, without a wait: of CommonJS, which alone Node 20 can load so and say nothing. */
function whole(): typeof Whole | undefined {
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    loaded ??= unmocked(() => createRequire(import.meta.url)('./index.cjs') as typeof Whole)
    return loaded
  } catch {
    // A bundler took this file in place of `index`, or a sandbox forbids to read the other.
    return undefined
  }
}

/**
 * Node reads what is required by the `readFileSync` that everybody sees. Of a mock it would run whatever that gives, as
 * what is behind this door, and end the whole process where that is no text.
 */
function unmocked<T>(load: () => T): T {
  const fs = process.getBuiltinModule('node:fs')
  const mock = fs.readFileSync
  if (readFileSync === undefined || mock === readFileSync) return load()
  fs.readFileSync = readFileSync
  try {
    return load()
  } finally {
    fs.readFileSync = mock
  }
}
