import { expect, onTestFinished, test, vi } from 'vitest'
import { readFully } from './read-fully.ts'

test('the parser warns nobody, whatever stands in the place of a yes or no', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const reading = readFully('telemetry_enabled: { ? [a, b] : no }\n', [['telemetry_enabled']])
  expect(reading).toMatchObject({ found: [{ line: 1 }] })
  expect(warn).not.toHaveBeenCalled()
})
