import type { Safe } from '@visivo/sanitize'
import { assemble, type RunFacts } from './assemble.ts'
import type { EVENTS, PropertiesOf } from './events.ts'
import type { StoredEvent } from './guard.ts'
import type { RequestSum } from './request-meter.ts'

/** The `api_request` event of a request, or of several alike. */
export function requestEvent(run: RunFacts, projectHash: Safe | undefined, request: RequestSum): StoredEvent {
  return assemble(run, 'api_request', requestProperties(projectHash, request), request.at)
}

/** Its own properties. */
export function requestProperties(
  projectHash: Safe | undefined,
  { endpoint, method, statusCode, durationMs, count }: Omit<RequestSum, 'at'>,
): PropertiesOf<(typeof EVENTS)['api_request']> {
  return {
    endpoint,
    method,
    status_code: statusCode,
    duration_ms: Math.round(durationMs),
    request_count: count,
    ...(projectHash === undefined ? {} : { project_hash: projectHash }),
  }
}
