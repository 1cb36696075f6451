import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { test } from 'vitest'
import { EXAMPLE, liveThrough } from '../../test/example-weeks.ts'
import { temporaryDirectory } from '../../test/samples.ts'
import { createTelemetry } from '../telemetry.ts'
import { startView } from './start-view.ts'

test('shots', async () => {
  const home = temporaryDirectory()
  const env = {
    CI: 'false',
    VISIVO_POSTHOG_HOST: EXAMPLE.host,
    VISIVO_POSTHOG_API_KEY: EXAMPLE.apiKey,
    ...JSON.parse(process.env.MORE ?? '{}'),
  }
  const telemetry = createTelemetry({ version: '1.2.3', home, env })
  if (!process.env.EMPTY) liveThrough(telemetry, 3, Date.now())
  const view = await startView(telemetry, { where: { projectDirectory: home } })
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  for (const [name, colorScheme, width] of [
    ['light', 'light', 1200],
    ['dark', 'dark', 1200],
    ['narrow', 'light', 360],
  ] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 }, locale: 'en-GB' })
    page.on('console', (m) => console.log(m.text()))
    page.on('pageerror', (m) => console.log(m))
    await page.goto(view.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page
      .locator('#events summary')
      .nth(1)
      .click({ timeout: 2000 })
      .catch(() => {})
    await page.screenshot({
      path: join(process.env.SHOTS ?? '/tmp/shots', `${name}.png`),
      fullPage: true,
      clip: { x: 0, y: Number(process.env.Y ?? 0), width, height: 1400 },
    })
  }
  await browser.close()
  await view.close()
})
