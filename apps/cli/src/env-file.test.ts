import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readEnvFile, requireEnvFile } from './env-file.ts'

const SETTINGS = 'DO_NOT_TRACK=1\n'

function fileOf(bytes: string | Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'env-file-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, '.env'), bytes)
  return directory
}

test.each([
  ['a byte order mark', `\uFEFF${SETTINGS}`],
  ['none', SETTINGS],
])('with %s, the settings of a file are read', (_, text) => {
  expect(readEnvFile(fileOf(text), undefined)).toMatchObject({ values: { DO_NOT_TRACK: '1' } })
})

test('a file that was asked for and is missing is told with the flag that works everywhere', () => {
  const file = readEnvFile(fileOf(SETTINGS), ['gone.env'])
  expect(() => requireEnvFile(file, ['gone.env'])).toThrow(
    `the env file ${file.path} doesn't exist. Check -e.`,
  )
})

test.each([
  ['UTF-16 with its mark', Buffer.from(`\uFEFF${SETTINGS}`, 'utf16le')],
  ['UTF-16 without one', Buffer.from(SETTINGS, 'utf16le')],
  ['half a mark of UTF-8', Buffer.concat([Buffer.from([0xef, 0xbb]), Buffer.from(SETTINGS)])],
])('%s is an error and no file without settings: it may hold an opt-out', (_, bytes) => {
  const file = readEnvFile(fileOf(bytes), undefined)
  expect(file).toMatchObject({ problem: 'unreadable', values: {} })
  expect(() => requireEnvFile(file, undefined)).toThrow('It has to be a text in UTF-8')
})

test('who works in what is a file is told of that, and not of an env file that nobody has written', () => {
  expect(readEnvFile(join(fileOf(SETTINGS), '.env'), undefined)).toMatchObject({ problem: 'missing' })
})
