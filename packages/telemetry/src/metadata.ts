import { release } from 'node:os'
import {
  type Safe,
  safeUuid,
  sanitizeArchitecture,
  sanitizePlatform,
  sanitizePlatformVersion,
  sanitizeVersion,
} from '@visivo/sanitize'
import type { Product } from '@visivo/telemetry-config'
import { SCHEMA_VERSION } from './events.ts'

/** What every event of a run says beside its own properties. */
export type Metadata = Readonly<Record<string, Safe | number | boolean | undefined>>

/**
 * Gathers the common properties, once for all events of a run.
 * @param sessionId a UUIDv7 made at the start of the program
 */
export function gatherMetadata(
  product: Product,
  version: string,
  isCi: boolean,
  sessionId: string,
): Metadata {
  return {
    [product.versionProperty]: sanitizeVersion(version),
    node_version: sanitizeVersion(process.versions.node),
    platform: sanitizePlatform(process.platform),
    platform_version: sanitizePlatformVersion(release()),
    architecture: sanitizeArchitecture(process.arch),
    is_ci: isCi,
    session_id: safeUuid(sessionId),
    telemetry_schema: SCHEMA_VERSION,
  }
}
