import { defineProduct } from '@visivo/telemetry-config'
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

/** Loads all of it at once, without a wait: of CommonJS, which alone Node 20 can load so and say nothing. */
function whole(): typeof Whole | undefined {
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    loaded ??= createRequire(import.meta.url)('./index.cjs') as typeof Whole
    return loaded
  } catch {
    // A bundler took this file in place of `index`, or a sandbox forbids to read the other.
    return undefined
  }
}
