import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../test/samples.ts'
import { openCourierState } from './courier-state.ts'
import { appendOwn, readOwn, replaceOwn } from './own-file.ts'
import { logSent } from './sent-log.ts'

test('what is written is read, appended to and replaced', () => {
  const path = join(temporaryDirectory(), 'file')
  appendOwn(path, 'one')
  appendOwn(path, 'two')
  expect(readOwn(path)).toBe('onetwo')
  replaceOwn(path, '3')
  expect(readOwn(path)).toBe('3')
})

test.runIf(process.platform !== 'win32')('nobody else on the machine may read what telemetry keeps', () => {
  const [log, state] = [join(temporaryDirectory(), 'sent.jsonl'), join(temporaryDirectory(), 'courier.json')]
  logSent(log, [], Date.now())
  openCourierState(state).write({ failures: 0, retryAt: 0 })
  expect([log, state].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
})

test.runIf(process.platform !== 'win32')(
  'a link that somebody planted costs nobody the file behind it',
  () => {
    const directory = temporaryDirectory()
    const [path, behind] = [join(directory, 'notice'), join(directory, 'behind')]
    writeFileSync(behind, 'precious')
    symlinkSync(behind, path)
    expect(() => appendOwn(path, '1\n')).toThrow('ELOOP')
    replaceOwn(path, '1\n')
    expect([path, behind].map((file) => readFileSync(file, 'utf8'))).toEqual(['1\n', 'precious'])
    expect(readdirSync(directory).sort()).toEqual(['behind', 'notice'])
  },
)
