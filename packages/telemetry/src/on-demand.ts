import { defineProduct, type Product } from '@visivo/telemetry-config'
import type * as Whole from './index.ts'

// What Node loads for `@visivo/telemetry`: its door alone, of which importing costs next to nothing. The house
// behind it is `index`, which is loaded by the first call; bundlers are given `index` itself.

export { defineProduct }

/** `createTelemetry` of `index`. Where that can't be loaded, telemetry is off. */
export const createTelemetry: typeof Whole.createTelemetry = (options) =>
  whole()?.createTelemetry(options) ?? nothing(options.product)

/** `followCommand` of `index`. */
export const followCommand: typeof Whole.followCommand = (...command) =>
  whole()?.followCommand(...command) ?? { ended: () => {} }

/** `followProcess` of `index`. */
export const followProcess: typeof Whole.followProcess = (...followed) =>
  whole()?.followProcess(...followed) ?? { note: () => {}, ended: () => {} }

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

/** Telemetry that knows no home directory, and is off for that: it records nothing and starts nothing. */
function nothing(product: Product = defineProduct({ name: 'visivo' })): Whole.Telemetry<never> {
  return {
    world: { product, env: {}, home: '', stderr: () => ({ write: () => {} }), isCi: false, debug: false },
    metadata: {},
    catalogue: { common: {}, events: {} },
    guard: () => undefined,
    machineId: () => '',
    courierJob: (destination) => ({ product, home: '', destination, extras: {} }),
    consent: () => ({ recording: false, because: 'telemetry could not be loaded' }),
    record: () => {},
    warmUp: () => {},
  }
}
