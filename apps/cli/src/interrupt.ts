import { setMaxListeners } from 'node:events'
import { Interrupted } from './errors.ts'

/** The part of `process` that tells of signals and of crashes outside of any promise that is awaited. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM' | 'uncaughtException', listener: (value: unknown) => void): unknown
  off(event: 'SIGINT' | 'SIGTERM' | 'uncaughtException', listener: (value: unknown) => void): unknown
  exit(code: number): unknown
}

/** Ctrl-C reaches a command once, or twice when a script runner passes it on; after that it is impatience. */
const PATIENCE = 3

/**
 * Runs `work` with a signal that is aborted with an `Interrupted` on SIGINT and SIGTERM. The third SIGINT ends the
 * process at once, also on its way out. SIGHUP ends it as it would any program: `nohup` has it ignored, which a listener
 * would undo. An exception that nobody catches aborts it too and rejects, like one of the work itself.
 */
export async function interruptible(
  source: SignalSource,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  // Each model that is at work listens, and Node 20 would tell of a leak on stderr from the eleventh on.
  setMaxListeners(0, controller.signal)
  let presses = 0
  const onInterrupt = () => {
    presses += 1
    if (presses >= PATIENCE) source.exit(130)
    controller.abort(new Interrupted('SIGINT'))
  }
  const onTerminate = () => controller.abort(new Interrupted('SIGTERM'))
  let onCrash: (error: unknown) => void = () => {}
  const crash = new Promise<never>((_resolve, reject) => {
    onCrash = (error) => {
      controller.abort(error)
      reject(error)
    }
  })
  source.on('SIGINT', onInterrupt)
  source.on('SIGTERM', onTerminate)
  source.on('uncaughtException', onCrash)
  try {
    await Promise.race([work(controller.signal), crash])
  } finally {
    // A Ctrl-C that a script runner passes on may come when the work is over and the process about to end.
    if (presses === 0) source.off('SIGINT', onInterrupt)
    source.off('SIGTERM', onTerminate)
    source.off('uncaughtException', onCrash)
  }
}
