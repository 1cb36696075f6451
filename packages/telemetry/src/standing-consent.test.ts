import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { expect, test } from 'vitest'
import { guard, sampleEvent, temporaryDirectory } from '../test/samples.ts'
import { jobAt } from './courier-job.ts'
import { openOutbox } from './outbox.ts'
import { keepIn, type StandingConsent, standingConsentOf } from './standing-consent.ts'

const destination = { host: 'http://127.0.0.1:1', apiKey: 'phc_test' }

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['nothing is set', {}, 'on'],
  ['the person says yes', { '.visivo/config.yml': 'telemetry_enabled: true\n' }, 'on'],
  ['the person says no', { '.visivo/config.yml': 'telemetry_enabled: no\n' }, 'off-for-good'],
  ['the person is just writing', { '.visivo/config.yml': 'telemetry_enabled: fal' }, 'unclear'],
  ['the project says no', { 'project/project.visivo.yml': 'defaults:\n  telemetry_enabled: false\n' }, 'off'],
  [
    'the project says no while the person is writing',
    {
      '.visivo/config.yml': 'telemetry_enabled: {',
      'project/project.visivo.yml': 'defaults:\n  telemetry_enabled: false\n',
    },
    'off',
  ],
  ['the file says no that the server loaded', { 'project/prod.env': '\tDO_NOT_TRACK: 1\n' }, 'off'],
  [
    'one of two files says no that the server loaded, and the other one yes',
    { 'project/prod.env': 'DO_NOT_TRACK=1\n', 'project/more.env': 'DO_NOT_TRACK=0\n' },
    'off',
  ],
  ['the file can not be read that the server loaded', { 'project/prod.env': 'A=1\0' }, 'unclear'],
])('when %s', (_, files, answer) => {
  const { home, projectDirectory } = place(files)
  const envFilePath = ['prod.env', 'more.env'].map((name) => join(projectDirectory, name))
  const job = jobAt({ product: visivo, home, destination, extras: {} }, { projectDirectory, envFilePath })
  expect(standingConsentOf(job)()).toBe(answer)
})

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['nobody says no', {}, 'on'],
  ['the place of the start says no', { 'started/project.visivo.yml': 'telemetry_enabled: false\n' }, 'off'],
  ['its .env says no', { 'started/.env': 'DO_NOT_TRACK=1\n' }, 'off'],
  [
    'what is served says no, while somebody is writing in the place of the start',
    { 'project/.env': 'DO_NOT_TRACK=1\n', 'started/project.visivo.yml': 'telemetry_enabled: fa' },
    'off',
  ],
  [
    'the person says no, and so does the place of the start',
    { '.visivo/config.yml': 'telemetry_enabled: no\n', 'started/.env': 'DO_NOT_TRACK=1\n' },
    'off-for-good',
  ],
])('of a server that was started elsewhere, when %s', (_, files, answer) => {
  const { home, projectDirectory } = place(files)
  const startedIn = join(home, 'started')
  const job = { product: visivo, home, destination, extras: {}, projectDirectory, startedIn }
  expect(standingConsentOf(job)()).toBe(answer)
})

test("what lies where a command's courier happens to stand is no project of it", () => {
  const { home, projectDirectory } = place({ 'project/.env': 'DO_NOT_TRACK=1\n' })
  const before = process.cwd()
  process.chdir(projectDirectory)
  try {
    expect(standingConsentOf({ product: visivo, home, destination, extras: {} })()).toBe('on')
  } finally {
    process.chdir(before)
  }
})

test('every change is heard, though what is unchanged is not understood anew', () => {
  const { home } = place({ '.visivo/config.yml': 'a: {telemetry_enabled: false}\n' })
  const ask = standingConsentOf({ product: visivo, home, destination, extras: {} })
  const write = (text: string) => writeFileSync(join(home, '.visivo', 'config.yml'), text)
  expect([ask(), ask()]).toEqual(['on', 'on'])
  write('telemetry_enabled: false\n')
  expect([ask(), ask()]).toEqual(['off-for-good', 'off-for-good'])
  write('telemetry_enabled: true\n')
  expect(ask()).toBe('on')
})

test.each<[string, readonly StandingConsent[], number, [] | undefined]>([
  ['is on', ['on', 'on'], 3, []],
  ['is off', ['off'], 0, undefined],
  [
    'goes off while they are written, when its opt-out has emptied the outbox already',
    ['on', 'off'],
    0,
    undefined,
  ],
  ['can not be told when they are written', ['on', 'unclear'], 3, []],
])('events that a server leaves while telemetry %s', (_, answers, stay, gives) => {
  const outbox = openOutbox(join(temporaryDirectory(), 'outbox'), guard)
  const left = [...answers]
  const others = sampleEvent()
  outbox.put(others)
  const events = [sampleEvent(), sampleEvent(), sampleEvent()]
  expect(keepIn(outbox, () => left.shift() ?? 'off', events)).toEqual(gives)
  expect(outbox.waiting()).toHaveLength(stay + 1)
  expect(outbox.waiting().some((name) => name.startsWith(others.uuid))).toBe(true)
})

test('a home directory that was deleted is no moment of unclearness: nothing is kept for it', () => {
  const { home } = place({})
  const ask = standingConsentOf({ product: visivo, home, destination, extras: {} })
  expect(ask()).toBe('on')
  rmSync(home, { recursive: true })
  expect(ask()).toBe('off')
})

function place(files: Readonly<Record<string, string>>) {
  const home = temporaryDirectory()
  const projectDirectory = join(home, 'project')
  for (const directory of ['.visivo', 'project', 'started']) mkdirSync(join(home, directory))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
  return { home, projectDirectory }
}
