import { createTelemetry, type Telemetry, type Where } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { followServer } from '@visivo/telemetry/server'
import { releasedVisivo } from './product.ts'
import type { Instrument, ServedProject } from './serve.ts'
import { version } from './version.ts'

/**
 * Lets telemetry see every request of a server, as one that is part of a program's run.
 * With telemetry off it sees nothing and starts nothing.
 */
export function instrumentWith(
  telemetry: Telemetry,
  project: { readonly name: string | undefined },
  where: Where,
): Instrument {
  const server = followServer(telemetry, { projectName: project.name, where })
  return { middleware: followRequests(server), close: () => server.close() }
}

/**
 * The same for `visivo-api`, which is a program of its own. Its project may have opted out where it lies; and so may
 * the one that it is started in, whose output may have been copied. While it runs, the first is watched.
 */
export function instrument(project: ServedProject): Instrument {
  const telemetry = createTelemetry({ version, product: releasedVisivo() })
  const here: Where = {}
  const there: Where = { projectDirectory: project.projectDirectory }
  const off = [here, there].find((where) => !telemetry.consent(where).recording)
  return instrumentWith(telemetry, project, off ?? there)
}
