import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { createTelemetry } from './telemetry.ts'

test('whoever opts out while a program runs is heard at its next event, a second later at the latest', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const home = temporaryDirectory()
  const env = { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false' }
  const telemetry = createTelemetry({ version: '1.2.3', env, home, stderr: () => ({ write: () => {} }) })
  const where = { projectDirectory: temporaryDirectory() }
  expect(telemetry.consent(where)).toMatchObject({ recording: true })
  mkdirSync(join(home, '.visivo'))
  writeFileSync(join(home, '.visivo', 'config.yml'), 'telemetry_enabled: false\n')
  vi.setSystemTime(Date.now() + 1_000)
  expect(telemetry.consent(where)).toMatchObject({ recording: false })
})
