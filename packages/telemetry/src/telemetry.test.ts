import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NONE } from '@visivo/sanitize'
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

test.runIf(process.platform !== 'win32').each([
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
  ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
])('%s in place of the remembered notice: nothing waits for it, and nobody is measured', (_, replace) => {
  const home = temporaryDirectory()
  mkdirSync(join(home, '.visivo/telemetry'), { recursive: true })
  replace(join(home, '.visivo/telemetry/notice'))
  expect(onTerminal(home).telemetry.consent()).toMatchObject({ recording: false })
})

test('debug mode tells nothing, so that the first run that would count still tells', () => {
  const home = temporaryDirectory()
  const debug = onTerminal(home, { VISIVO_TELEMETRY_DEBUG: '1' })
  debug.telemetry.consent()
  expect(debug.said()).toBe('')
  const real = onTerminal(home)
  real.telemetry.consent()
  expect(real.said()).toContain('collects anonymous usage data')
})

test('a run whose output another program reads tells nothing and records nothing, and the next one still tells', () => {
  const home = temporaryDirectory()
  const quiet = onTerminal(home)
  expect(quiet.telemetry.consent({}, true)).toMatchObject({ recording: false, untold: true })
  expect(quiet.said()).toBe('')
  const real = onTerminal(home)
  real.telemetry.consent()
  expect(real.said()).toContain('collects anonymous usage data')
})

test('debug mode names what is not as declared, and shows nothing of it', () => {
  const { telemetry, said } = onTerminal(temporaryDirectory(), { VISIVO_TELEMETRY_DEBUG: '1' })
  const object_counts: Record<string, number> = { hunter2: 1 }
  telemetry.record('cli_command', {
    command: NONE,
    command_args: [],
    duration_ms: 1,
    success: true,
    object_counts,
  })
  expect(said()).toContain('cli_command is not as declared (object_counts)')
  expect(said()).not.toContain('hunter2')
})

/** Telemetry of a run on a terminal, and what that showed. */
function onTerminal(home: string, more: Readonly<Record<string, string>> = {}) {
  let shown = ''
  const stderr = () => ({
    isTTY: true,
    write: (text: string) => {
      shown += text
    },
  })
  const env = { VISIVO_POSTHOG_API_KEY: 'phc_test', CI: 'false', ...more }
  return { telemetry: createTelemetry({ version: '1.2.3', env, home, stderr }), said: () => shown }
}
