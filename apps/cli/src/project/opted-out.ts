import { releasedVisivo } from '@visivo/api/product'
import { decide, readSources } from '@visivo/telemetry-config'

/**
 * Whether a project's own file says that it is not counted, as the one decider reads it: `compile` writes it down, for those
 * who run or serve a copy of the output where the project is not.
 */
export function isOptedOut(projectDirectory: string): boolean {
  const product = releasedVisivo()
  const { checked } = decide(product, readSources(product, { env: {}, projectDirectory }))
  return checked.some(({ kind, verdict }) => kind === 'project' && verdict === 'off')
}
