import type { Decision } from '@visivo/telemetry-config'

/** Whether what waits has to go: the person's own file says no explicitly, whatever other sources say. */
export function isForGood({ checked }: Decision): boolean {
  return checked.some(({ kind, verdict, unclear }) => kind === 'global' && verdict === 'off' && !unclear)
}
