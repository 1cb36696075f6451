import { projectHash } from '@visivo/hash'
import { type Safe, safeHex16 } from '@visivo/sanitize'
import type { Telemetry } from './telemetry.ts'

/** All that is collected of a project's name: its pseudonym, by the product's salt. None without a name. */
export function pseudonymOf({ world }: Telemetry, projectName: string | undefined): Safe | undefined {
  return safeHex16(projectHash(projectName, world.product.salt) ?? '')
}
