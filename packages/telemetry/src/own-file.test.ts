import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { openCourierState } from './courier-state.ts'
import { readOwn, writeOwn } from './own-file.ts'
import { logSent } from './sent-log.ts'

test('what is written is read, appended to and replaced', () => {
  const path = join(temporaryDirectory(), 'file')
  writeOwn(path, 'one', 'append')
  writeOwn(path, 'two', 'append')
  expect(readOwn(path)).toBe('onetwo')
  writeOwn(path, '3', 'replace')
  expect(readOwn(path)).toBe('3')
})

test.runIf(process.platform !== 'win32')('nobody else on the machine may read what telemetry keeps', () => {
  const [log, state] = [join(temporaryDirectory(), 'sent.jsonl'), join(temporaryDirectory(), 'courier.json')]
  logSent(log, [], Date.now())
  openCourierState(state).write({ failures: 0, retryAt: 0 })
  expect([log, state].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
})

test.runIf(process.platform !== 'win32').each(['append', 'replace'] as const)(
  'a link that somebody planted costs nobody the file behind it (%s)',
  (way) => {
    const directory = temporaryDirectory()
    const [path, behind] = [join(directory, 'notice'), join(directory, 'behind')]
    writeFileSync(behind, 'precious')
    symlinkSync(behind, path)
    expect(() => writeOwn(path, '1\n', way)).toThrow('ELOOP')
    expect(readFileSync(behind, 'utf8')).toBe('precious')
  },
)
