import { createTelemetry, type Telemetry } from '../src/telemetry.ts'
import { temporaryDirectory } from './samples.ts'

/** Telemetry on a person's machine: a home of the test's own, and a destination where nobody listens unless given. */
export function personsTelemetry(
  env: Readonly<Record<string, string>> = {},
  home: string = temporaryDirectory(),
): Telemetry {
  const destination = { VISIVO_POSTHOG_HOST: 'http://127.0.0.1:1', VISIVO_POSTHOG_API_KEY: 'phc_secret' }
  return createTelemetry({
    version: '1.2.3',
    home,
    env: { CI: 'false', ...destination, ...env },
    stderr: () => ({ isTTY: false, write: () => {} }),
  })
}
