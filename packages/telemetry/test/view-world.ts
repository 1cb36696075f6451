import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createTelemetry } from '../src/telemetry.ts'
import { startView, type ViewOptions } from '../src/view/start-view.ts'
import { EXAMPLE, liveThrough } from './example-weeks.ts'
import { temporaryDirectory } from './samples.ts'

/** A home with three weeks behind it, and the page that shows them. */
export async function openView(
  options: ViewOptions & { readonly config?: string; readonly isCi?: boolean } = {},
) {
  const home = temporaryDirectory()
  const config = join(home, '.visivo', 'config.yml')
  const CI = String(options.isCi ?? false)
  const env = { CI, VISIVO_POSTHOG_HOST: EXAMPLE.host, VISIVO_POSTHOG_API_KEY: EXAMPLE.apiKey }
  const telemetry = createTelemetry({ version: '1.2.3', home, env })
  liveThrough(telemetry, 3, Date.now())
  if (options.config !== undefined) {
    mkdirSync(join(home, '.visivo'), { recursive: true })
    writeFileSync(config, options.config)
  }
  const view = await startView(telemetry, { where: { projectDirectory: home }, ...options })
  onTestFinished(() => view.close())
  const { origin, host, hash } = new URL(view.url)
  return { home, config, view, origin, host, token: hash.slice(1) }
}
