import type { Decision } from '@visivo/telemetry-config'

/** Whether what waits has to go: the global file says no in so many words, whoever else says so too. */
export function isForGood({ checked }: Decision): boolean {
  return checked.some(
    ({ kind, verdict, value }) =>
      kind === 'global' && verdict === 'off' && /^(false|no|off|0)\b/i.test(value),
  )
}
