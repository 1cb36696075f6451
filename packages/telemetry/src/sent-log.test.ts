import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withoutRoot } from '../test/without-root.ts'
import { logSent, readSentLog } from './sent-log.ts'
import type { WireEvent } from './wire.ts'

const EVENT = { event: 'new_installation', uuid: '1', properties: {} } as unknown as WireEvent
const AT = '2026-01-31T10:00:00.000Z'

test.each<[string, unknown]>([
  ['no properties', { sent_at: AT, event: { ...EVENT, properties: null } }],
  ['a list for properties', { sent_at: AT, event: { ...EVENT, properties: [] } }],
  ['no name', { sent_at: AT, event: { ...EVENT, event: 5 } }],
  ['no event', { sent_at: AT, event: null }],
  ['no time', { sent_at: 'yesterday', event: EVENT }],
  ['a value that is no text', { sent_at: AT, event: { ...EVENT, properties: { command: { toString: 1 } } } }],
  ['an argument that is none', { sent_at: AT, event: { ...EVENT, properties: { args: [{ toString: 1 }] } } }],
  ['an id that is none', { sent_at: AT, event: { ...EVENT, uuid: { toString: 1 } } }],
  ['nothing', null],
])('a line with %s is left out, and what stands around it is not', (_case, line) => {
  const directory = mkdtempSync(join(tmpdir(), 'sent-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sent.jsonl')
  logSent(path, [EVENT], 0)
  appendFileSync(path, `${JSON.stringify(line)}\n`)
  logSent(path, [EVENT], 1)
  expect(readSentLog(path).map(({ sent_at }) => Date.parse(sent_at))).toEqual([0, 1])
})

test('a log that is full goes on in a new file, and what was the new one before goes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sent-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sent.jsonl')
  const properties = { ...EVENT.properties, command: 'x'.repeat(400_000) }
  for (let at = 0; at < 5; at++) logSent(path, [{ ...EVENT, properties }], at)
  // Two of them fit into each of the two files.
  expect(readdirSync(directory).sort()).toEqual(['sent.jsonl', 'sent.older.jsonl'])
  expect(readSentLog(path).map(({ sent_at }) => Date.parse(sent_at))).toEqual([2, 3, 4])
})

test('what a full disk cut off takes no later line with it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sent-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sent.jsonl')
  logSent(path, [EVENT], 0)
  appendFileSync(path, JSON.stringify({ sent_at: AT, event: EVENT }).slice(0, -9))
  logSent(path, [EVENT], 1)
  expect(readSentLog(path).map(({ sent_at }) => Date.parse(sent_at))).toEqual([0, 1])
})

test('what lies there and is no log stays where it is', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sent-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sent.jsonl')
  mkdirSync(path)
  logSent(path, [EVENT], 0)
  expect(readdirSync(directory)).toEqual(['sent.jsonl'])
})

test.runIf(process.platform !== 'win32')(
  "what is sent after a run by sudo, whose log is root's, can be read all the same",
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sent-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'sent.jsonl')
    logSent(path, [EVENT], 0)
    chmodSync(path, 0)
    chmodSync(directory, 0o777)
    await withoutRoot(async () => {
      for (const at of [1, 2]) logSent(path, [EVENT], at)
      expect(readSentLog(path).map(({ sent_at }) => Date.parse(sent_at))).toEqual([1, 2])
    })
    // It was set aside, not removed.
    chmodSync(join(directory, 'sent.older.jsonl'), 0o600)
    expect(readSentLog(path)).toHaveLength(3)
  },
)
