import { assemble, type RunFacts } from './assemble.ts'
import type { StoredEvent } from './guard.ts'
import type { RequestSum } from './request-meter.ts'

/** The `api_request` event of a request, or of several alike. */
export function requestEvent(
  run: RunFacts,
  projectHash: string | undefined,
  request: RequestSum,
): StoredEvent {
  const properties = {
    endpoint: request.endpoint,
    method: request.method,
    status_code: request.statusCode,
    duration_ms: Math.round(request.durationMs),
    request_count: request.count,
    ...(projectHash === undefined ? {} : { project_hash: projectHash }),
  }
  return assemble(run, 'api_request', properties, request.at)
}
