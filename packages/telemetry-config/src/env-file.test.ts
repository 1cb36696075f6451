import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decide } from './decide.ts'
import { visivo } from './product.ts'
import { readSources } from './sources.ts'

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'telemetry-env-file-')))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('the .env file of the project', () => {
  const readEnv = (envFile = {}) =>
    readSources(visivo, { env: {}, envFile, home, projectDirectory: home }).envFile
  const own = { VISIVO_TELEMETRY_DISABLED: 'true' }
  const shared = { DO_NOT_TRACK: '1' }

  test.each<[string, string, object]>([
    ['opts out', 'VISIVO_TELEMETRY_DISABLED=true', own],
    ['opts out in quotes, with a comment', 'A=1\nDO_NOT_TRACK="1" # no', shared],
    ['opts out for a shell', 'export DO_NOT_TRACK=1', shared],
    ['opts out with a colon', "DO_NOT_TRACK: '1'", shared],
    ['opts out between tabs', '\texport\tDO_NOT_TRACK\t=\t1', shared],
    ['opts out for the command line of Windows', 'set DO_NOT_TRACK=1', shared],
    ['opts out for bash', 'declare -x DO_NOT_TRACK=1', shared],
    ['opts out for good', '  readonly DO_NOT_TRACK="1"', shared],
    ['opts out for csh', 'setenv DO_NOT_TRACK 1', shared],
    ['opts out for csh, with its name in quotes', 'setenv "DO_NOT_TRACK" 1', shared],
    ['opts out for fish, with its name in single ones', "set -x 'DO_NOT_TRACK' 1", shared],
    ['opts out in quotes for a shell', 'export "DO_NOT_TRACK=1"', shared],
    ['opts out in quotes for the command line of Windows', ' set "DO_NOT_TRACK=1" # no', shared],
    ['opts out for PowerShell', '$env:DO_NOT_TRACK = "1"', shared],
    ['opts out for fish', 'set -g -x DO_NOT_TRACK 1', shared],
    ['opts out for fish, at length', "set --export DO_NOT_TRACK '1'", shared],
    ['opts out with something in the name that nobody sees', 'DO_NOT_\u00adTRACK\u200b=1', shared],
    ['opts out by a program', 'env DO_NOT_TRACK=1', shared],
    ['opts out with its name in quotes', '"DO_NOT_TRACK"=1', shared],
    ['opts out with its name in the quotes of a page', '\u201cDO_NOT_TRACK\u201d=1', shared],
    ['opts out with its name in the quotes of a page, and a colon', '\u201cDO_NOT_TRACK\u201d: 1', shared],
    ['opts out by an addition', 'export DO_NOT_TRACK+=1', shared],
    ['opts out for make', 'DO_NOT_TRACK?=1', shared],
    ['takes it back for make', 'DO_NOT_TRACK?=0', {}],
    ['opts out as a second setting', 'export A="#1" DO_NOT_TRACK=1', shared],
    [
      'opts out by both of two settings',
      "export DO_NOT_TRACK='1' VISIVO_TELEMETRY_DISABLED=true",
      { ...own, ...shared },
    ],
    [
      'takes it back in any of these',
      'export "DO_NOT_TRACK=0"\n$env:DO_NOT_TRACK = "0"\nset -x DO_NOT_TRACK 0',
      {},
    ],
    ['means other names', 'X.DO_NOT_TRACK=1\nDO_NOT_TRACK_X=1\nset MY-DO_NOT_TRACK=1\nMY_DO_NOT_TRACK 1', {}],
    [
      'only takes its value',
      'A=$DO_NOT_TRACK\nB="${DO_NOT_TRACK:-0}"\nC=%DO_NOT_TRACK%\nD=%DO_NOT_TRACK% E=1\n: "${DO_NOT_TRACK:=1}"',
      {},
    ],
    ['opts out behind what is unset', 'unset A; export DO_NOT_TRACK=1', shared],
    ['opts out where nothing can be unset', 'unset A || export DO_NOT_TRACK=1', shared],
    ['opts out behind a name that begins as a command does', 'export unset_all=1 DO_NOT_TRACK=1', shared],
    ['opts out behind what is unset, if that can be', 'unset A && export DO_NOT_TRACK=1 # no', shared],
    ['speaks of it behind what is unset', 'unset A # DO_NOT_TRACK=1\nunset A;unset DO_NOT_TRACK 1', {}],
    ['speaks of it behind a setting', 'A=1 # DO_NOT_TRACK=1\nunset A DO_NOT_TRACK B', {}],
    ['only speaks of it', '# set DO_NOT_TRACK=1\n #setenv DO_NOT_TRACK 1\nsetenv DO_NOT_TRACK # 1', {}],
    ['takes it back', 'unset DO_NOT_TRACK 1\nset DO_NOT_TRACK=0\nsetenv DO_NOT_TRACK 0', {}],
    ['opts out behind a carriage return', 'A=1\rDO_NOT_TRACK=1', shared],
    ['opts out behind a line that is no setting', 'KEY=-----BEGIN\nabc\n-----END\nDO_NOT_TRACK=1', shared],
    ['opts out before a line that does not', 'DO_NOT_TRACK=1\nDO_NOT_TRACK=0', shared],
    [
      'opts out for dotenv by what a shell would unset',
      'A=1\n  DO_NOT_TRACK: unset A',
      { DO_NOT_TRACK: 'unset A' },
    ],
    ['opts out for dotenv behind quotes', "export DO_NOT_TRACK=''[ # no", { DO_NOT_TRACK: "''[" }],
    ['opts out for dotenv on two lines', 'DO_NOT_TRACK\r\n\n =1', shared],
    ['opts out for dotenv below a colon', 'DO_NOT_TRACK:\r\n1', shared],
    ['opts out for dotenv by quotes on the next line', 'DO_NOT_TRACK=\n"1"', shared],
    ['opts out for dotenv by its third kind of quotes there', 'DO_NOT_TRACK=\n`1`', shared],
    [
      'opts out for the dotenv of Python by what no blank makes a comment',
      'DO_NOT_TRACK=0#1',
      { DO_NOT_TRACK: '0#1' },
    ],
    ['opts out for that one right behind the sign', 'DO_NOT_TRACK = # 1', { DO_NOT_TRACK: '# 1' }],
    ['speaks of it on two lines', '# DO_NOT_TRACK\n=1\nunset DO_NOT_TRACK\n=1\nA=$DO_NOT_TRACK\n=1', {}],
    ['takes it back for dotenv', 'DO_NOT_TRACK\n=0\nDO_NOT_TRACK: # 1\nDO_NOT_TRACK="0"#1', {}],
    ['takes it back for dotenv on two lines', 'DO_NOT_TRACK\n=0#1\nDO_NOT_TRACK=\n`0`', {}],
    ['does not', 'DO_NOT_TRACK=0 # 1\nVISIVO_TELEMETRY_DISABLED="false"\n', {}],
    ['says nothing', 'DO_NOT_TRACK=\n\nA=1\nDO_NOT_TRACK=\n#DO_NOT_TRACK=1\nMY_DO_NOT_TRACK=1\nTOKEN=x', {}],
    ['is empty', '', {}],
  ])('%s', (_, text, expected) => {
    writeFileSync(join(home, '.env'), text)
    expect(readEnv()).toEqual(expected)
  })

  test.each<[string, () => void, string]>([
    [
      'is UTF-16',
      () => writeFileSync(join(home, '.env'), '\ufeffDO_NOT_TRACK=1', 'utf16le'),
      'not a UTF-8 text',
    ],
    ['is a directory', () => mkdirSync(join(home, '.env')), 'not a file'],
    [
      'is larger than 2 MB',
      () => writeFileSync(join(home, '.env'), Buffer.alloc(2_000_001, ' ')),
      'larger than 2 MB',
    ],
  ])('opts out when it %s: nobody knows what it says', (_, make, reason) => {
    make()
    expect(decide(visivo, readSources(visivo, { env: {}, home, projectDirectory: home }))).toMatchObject({
      enabled: false,
      because: {
        kind: 'env-file',
        source: '.env',
        value: `the file can't be read (${reason})`,
        path: join(home, '.env'),
        unclear: true,
      },
    })
  })

  test.each<[string, string, object]>([
    ['blanks', `DO_NOT_TRACK=${' '.repeat(1_000_000)}`, {}],
    ['blanks before a value', `DO_NOT_TRACK${' '.repeat(1_000_000)}1`, shared],
    ['names without a value', `x${'DO_NOT_TRACK'.repeat(80_000)}`, {}],
    ['quotes that never end', `DO_NOT_TRACK_X="'`.repeat(60_000), {}],
    ['unset names', 'unset DO_NOT_TRACK '.repeat(50_000), {}],
    ['line breaks before what is no setting', `${'\n'.repeat(300_000)}A $DO_NOT_TRACK`, {}],
    ['what is no setting, before one', `${'a="'.repeat(300_000)} DO_NOT_TRACK=1`, shared],
  ])('is read to its end, though it has a line of %s', (_, line, expected) => {
    writeFileSync(join(home, '.env'), line)
    // A pattern that tries every way would be at it for hours.
    expect(readEnv()).toEqual(expected)
  })

  test.each<[string, string | readonly string[], string]>([
    ['the file', 'prod.env', '.env or prod.env'],
    ['each of several files', ['prod.env', 'on.env'], '.env or prod.env or on.env'],
  ])('is not all: %s that the tool loads in its place is read for an opt-out as well', (_, names, said) => {
    writeFileSync(join(home, 'prod.env'), 'hello\nexport  DO_NOT_TRACK: 1\nDO_NOT_TRACK=0')
    writeFileSync(join(home, 'on.env'), 'DO_NOT_TRACK=0')
    const inHome = (name: string) => join(home, name)
    const envFilePath = typeof names === 'string' ? inHome(names) : names.map(inHome)
    const { envFile, envFileName } = readSources(visivo, {
      env: {},
      home,
      projectDirectory: home,
      envFilePath,
    })
    expect([envFile, envFileName]).toEqual([{ DO_NOT_TRACK: '1' }, said])
  })

  test('adds to the one that the tool loads, and no on of that one wins', () => {
    writeFileSync(join(home, '.env'), 'DO_NOT_TRACK=1')
    expect(readEnv({ DO_NOT_TRACK: '0', TOKEN: 'x' })).toEqual({ DO_NOT_TRACK: '1', TOKEN: 'x' })
  })
})
