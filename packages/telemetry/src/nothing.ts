import { defineProduct, type Product } from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import type { RunningCommand } from './follow-command.ts'
import type { FollowedProcess } from './follow-process.ts'
import type { Guard } from './guard.ts'
import type { Telemetry } from './telemetry.ts'

/** A command that nobody follows. */
export const NO_COMMAND: RunningCommand = { ended: () => {} }

/** A process that nobody follows. */
export const NO_PROCESS: FollowedProcess = { note: () => {}, ended: () => {} }

/** Why it is off where a bundler took a part of it alone, or a sandbox forbids to read it. */
export const NOT_LOADED = 'telemetry could not be loaded'

/** Passes nothing: for an outbox that is looked at, tidied or emptied, and neither written nor sent from. */
export const NO_GUARD: Guard = /* @__PURE__ */ Object.assign(() => undefined, { edition: () => '' })

/**
 * Stands in where telemetry could not be loaded or set up: it records nothing and starts nothing.
 * @param options what it was to be set up with; a program without types may have handed over anything
 */
export function noTelemetry(options: { readonly product?: Product }): Telemetry<never> {
  const given = attempt(() =>
    typeof options.product?.directoryName === 'string' ? options.product : undefined,
  )
  const product = given ?? defineProduct({ name: 'visivo' })
  return {
    world: {
      product,
      env: {},
      home: '',
      stderr: () => ({ write: () => {} }),
      isCi: false,
      endsCouriers: false,
      debug: false,
    },
    metadata: {},
    catalogue: { common: {}, events: {} },
    guard: NO_GUARD,
    machineId: () => '',
    courierJob: (destination) => ({ product, home: '', destination, extras: {} }),
    canSend: false,
    consent: () => ({ recording: false, because: NOT_LOADED }),
    record: () => {},
    warmUp: () => {},
    settle: () => {},
  }
}
