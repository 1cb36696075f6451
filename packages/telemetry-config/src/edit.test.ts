import fs, {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { parse } from 'yaml'
import { setTelemetryEnabled } from './edit.ts'
import { editText } from './edit-text.ts'
import { GLOBAL_SWITCH, PROJECT_SWITCH } from './switch.ts'
import { writeText } from './write-text.ts'

const root = mkdtempSync(join(tmpdir(), 'telemetry-edit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let home: string
let path: string
beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'))
  path = join(home, 'config.yml')
})

const edited = (text: string | Buffer, keyPath: readonly string[], enabled = false) => {
  writeFileSync(path, text)
  setTelemetryEnabled(path, keyPath, enabled)
  return readFileSync(path, 'utf8')
}

describe('the switch in the global file', () => {
  test.each([
    ['into nothing', '', 'telemetry_enabled: false\n'],
    [
      'below templates in comments alone',
      "---\n# {{ env_var('A') }}\n",
      "---\n# {{ env_var('A') }}\ntelemetry_enabled: false\n",
    ],
    ['into a document with nothing in it', '---\n', '---\ntelemetry_enabled: false\n'],
    ['below comments', '# mine', '# mine\ntelemetry_enabled: false\n'],
    ['below other keys', '# a\nb: 1 # c\n', '# a\nb: 1 # c\ntelemetry_enabled: false\n'],
    ['above the last comment', 'a: 1\n\n# end\n', 'a: 1\ntelemetry_enabled: false\n\n# end\n'],
    ['without a line end at the end', 'a: 1', 'a: 1\ntelemetry_enabled: false'],
    ['below a nested block', 'a:\n- b\n- c: |\n   d\n', 'a:\n- b\n- c: |\n   d\ntelemetry_enabled: false\n'],
    [
      'above a block that keeps its empty lines',
      'a: |+\n  x\n\n',
      'telemetry_enabled: false\na: |+\n  x\n\n',
    ],
    ['before the end of the document', '---\na: 1\n...\n', '---\na: 1\ntelemetry_enabled: false\n...\n'],
    ['with the indentation there', '  a: 1\n  b: 2\n', '  a: 1\n  b: 2\n  telemetry_enabled: false\n'],
    ['into a flow map', '{a: 1}\n', '{telemetry_enabled: false, a: 1}\n'],
    ['into an empty flow map', '{}\n', '{ telemetry_enabled: false }\n'],
    ['with CRLF', '# a\r\nb: 1\r\n', '# a\r\nb: 1\r\ntelemetry_enabled: false\r\n'],
    ['behind a byte order mark', '\ufeffa: 1\n', '\ufeffa: 1\ntelemetry_enabled: false\n'],
    [
      'in the place of an on',
      'a:   1\ntelemetry_enabled:   true   # why\r\nb: [ 2,3 ]\r\n',
      'a:   1\ntelemetry_enabled:   false   # why\r\nb: [ 2,3 ]\r\n',
    ],
    ['in the place of a quoted on', '"telemetry_enabled": "yes"\n', '"telemetry_enabled": false\n'],
    ['in the place of nothing', 'telemetry_enabled: # why\na: 1\n', 'telemetry_enabled: false # why\na: 1\n'],
    [
      'in the place of an alias',
      'a: &a true\ntelemetry_enabled: *a\n',
      'a: &a true\ntelemetry_enabled: false\n',
    ],
    ['behind a complex key', '? telemetry_enabled\n: true\n', '? telemetry_enabled\n: false\n'],
  ])('%s', (_, before, after) => {
    expect(edited(before, GLOBAL_SWITCH)).toBe(after)
  })
})

describe('the switch in the project file', () => {
  test.each([
    ['without defaults', 'name: x\n', 'name: x\ndefaults:\n  telemetry_enabled: false\n'],
    ['into nothing', '', 'defaults:\n  telemetry_enabled: false\n'],
    [
      'in the middle',
      'name: x\ndefaults:\n    source_name: s # c\n    # d\n\nmodels: []\n',
      'name: x\ndefaults:\n    source_name: s # c\n    telemetry_enabled: false\n    # d\n\nmodels: []\n',
    ],
    [
      'below empty defaults',
      'defaults: # d\n  # a: 1\nname: x\n',
      'defaults: # d\n  telemetry_enabled: false\n  # a: 1\nname: x\n',
    ],
    [
      'below defaults that are null',
      'defaults: ~ # d\nname: x\n',
      'defaults:\n  telemetry_enabled: false # d\nname: x\n',
    ],
    ['into empty flow defaults', 'defaults: {}\n', 'defaults: { telemetry_enabled: false }\n'],
    [
      'into flow defaults that hold a comment alone',
      'defaults: {\n  # telemetry_enabled: true\n}\n',
      'defaults: { telemetry_enabled: false\n  # telemetry_enabled: true\n}\n',
    ],
    ['into flow defaults', 'defaults: {a: 1}\n', 'defaults: {telemetry_enabled: false, a: 1}\n'],
    [
      'beside a merge',
      'x: &x {telemetry_enabled: true}\ndefaults:\n  <<: *x\n',
      'x: &x {telemetry_enabled: true}\ndefaults:\n  <<: *x\n  telemetry_enabled: false\n',
    ],
    [
      'in a file with templates that YAML alone does not take',
      "name: x\ndefaults:\n  a: {{ env_var('A') }}/b # c\nd: {{ env_var('D') }}\n",
      "name: x\ndefaults:\n  a: {{ env_var('A') }}/b # c\n  telemetry_enabled: false\nd: {{ env_var('D') }}\n",
    ],
    [
      'in the place of a template',
      "defaults:\n  telemetry_enabled: {{ env_var('ON') }}\nd: {{ env_var('D') }}/d\n",
      "defaults:\n  telemetry_enabled: false\nd: {{ env_var('D') }}/d\n",
    ],
    [
      'with CRLF',
      'name: x\r\ndefaults:\r\n  a: 1\r\n',
      'name: x\r\ndefaults:\r\n  a: 1\r\n  telemetry_enabled: false\r\n',
    ],
  ])('%s', (_, before, after) => {
    expect(edited(before, PROJECT_SWITCH)).toBe(after)
  })
})

test.each([
  ['off', 'telemetry_enabled: No\n', false],
  ['on', '{telemetry_enabled: "1"}', true],
  ['on, beside templates,', "a: {{ env_var('A') }}/a\ntelemetry_enabled: true\n", true],
])('a file that says %s already is not written', (_, text, enabled) => {
  writeFileSync(path, text)
  const { ino } = statSync(path)
  expect(setTelemetryEnabled(path, GLOBAL_SWITCH, enabled)).toEqual({ changed: false })
  expect(readFileSync(path, 'utf8')).toBe(text)
  expect(statSync(path).ino).toBe(ino)
})

test('off and on again', () => {
  expect(edited('a: 1\n', GLOBAL_SWITCH, false)).toBe('a: 1\ntelemetry_enabled: false\n')
  expect(setTelemetryEnabled(path, GLOBAL_SWITCH, true)).toEqual({ changed: true })
  expect(readFileSync(path, 'utf8')).toBe('a: 1\ntelemetry_enabled: true\n')
})

/** A file whose text is another one each time that it is read, as if somebody else wrote it in between. */
const ALWAYS_NEW = '/proc/sys/kernel/random/uuid'

test.runIf(existsSync(ALWAYS_NEW))(
  'a file that another process switches in this moment is not taken for one that is no text',
  () => {
    expect(() => setTelemetryEnabled(ALWAYS_NEW, GLOBAL_SWITCH, false)).toThrow(
      "telemetry_enabled can't be set there without changing something else",
    )
  },
)

describe('a refusal names the file, the line and the way out, and changes nothing', () => {
  test.each([
    ['a broken file', 'a: 1\nb: "x\n', false, ':3: it is not valid YAML.'],
    ['an alias to nothing', 'a: *b\n', false, ': it is not valid YAML.'],
    ['a key twice', 'a: 1\na: 2\n', false, ':2: it has a key twice.'],
    ['several documents', 'a: 1\n---\nb: 2\n', false, ':2: it holds more than one YAML document.'],
    ['a list', '- a\n', false, ": telemetry_enabled can't be set there without changing something else."],
    ['a list as its value', 'telemetry_enabled: [1]\n', false, ": telemetry_enabled can't be set there"],
    [
      'a comment that would be lost',
      'telemetry_enabled: >- # why\n  true\n',
      false,
      ": telemetry_enabled can't be set there",
    ],
    [
      'a value that others share',
      'telemetry_enabled: &x true\nb: *x\n',
      false,
      ": telemetry_enabled can't be",
    ],
    [
      'a merged off, to be switched on',
      'x: &x {telemetry_enabled: no}\n<<: *x\n',
      true,
      ": telemetry_enabled can't",
    ],
    ['bytes that would be lost', Buffer.from('# caf\xe9\n', 'latin1'), false, ': it is not a UTF-8 text.'],
    ['UTF-16', Buffer.from('a: 1', 'utf16le'), false, ": it can't be read (not a UTF-8 text)."],
    [
      'line ends of the old Mac',
      'a: 1\rb: 2\r',
      false,
      ': it has line ends that YAML parsers disagree about.',
    ],
  ])('%s', (_, text, enabled, message) => {
    writeFileSync(path, text)
    const edit = () => setTelemetryEnabled(path, GLOBAL_SWITCH, enabled)
    expect(edit).toThrow(`Could not edit ${path}${message}`)
    expect(edit).toThrow(`It is as it was. Set telemetry_enabled to ${enabled} by hand.`)
    expect(readFileSync(path)).toEqual(Buffer.from(text))
    expect(readdirSync(home)).toEqual(['config.yml'])
  })

  test.each(['off', 'false', null, 0])(
    'a word that a person typed, which would look like an opt-out: %j',
    (word) => {
      writeFileSync(path, 'telemetry_enabled: true\n')
      const edit = () => Reflect.apply(setTelemetryEnabled, undefined, [path, GLOBAL_SWITCH, word])
      expect(edit).toThrow(`Could not edit ${path}: telemetry is set by true or false`)
      expect(readFileSync(path, 'utf8')).toBe('telemetry_enabled: true\n')
    },
  )

  test('a directory in its place', () => {
    mkdirSync(path)
    expect(() => setTelemetryEnabled(path, GLOBAL_SWITCH, false)).toThrow(
      `Could not edit ${path}: it can't be`,
    )
  })

  test('a place where nothing can be written', () => {
    writeFileSync(path, '')
    const below = join(path, 'config.yml')
    expect(() => setTelemetryEnabled(below, GLOBAL_SWITCH, false)).toThrow(`Could not write ${below} (E`)
  })

  test('a home that is not there, and that nobody wants to be made', () => {
    const nowhere = join(home, 'nowhere')
    const file = join(nowhere, '.visivo', 'config.yml')
    expect(() => setTelemetryEnabled(file, GLOBAL_SWITCH, false)).toThrow(`Could not write ${file} (ENOENT)`)
    expect(existsSync(nowhere)).toBe(false)
  })
})

describe.skipIf(process.platform === 'win32')('the file itself', () => {
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

  test('is made for its owner only, with its directory', () => {
    const made = join(home, '.visivo', 'config.yml')
    expect(setTelemetryEnabled(made, GLOBAL_SWITCH, false)).toEqual({ changed: true })
    expect(readFileSync(made, 'utf8')).toBe('telemetry_enabled: false\n')
    expect([mode(join(home, '.visivo')), mode(made)]).toEqual(['700', '600'])
  })

  test('is made in a directory that is there', () => {
    expect(setTelemetryEnabled(path, GLOBAL_SWITCH, false)).toEqual({ changed: true })
    expect(readFileSync(path, 'utf8')).toBe('telemetry_enabled: false\n')
  })

  // As after `sudo`: a file of root's could not be read by its person any more, which counts as off.
  test.skipIf(process.getuid?.() !== 0).each([
    ['stays its owner’s, whoever edits it', true],
    ['is made for whom its directory belongs to', false],
  ])('%s', (_sentence, isThere) => {
    if (isThere) writeFileSync(path, 'a: 1\n')
    chownSync(isThere ? path : home, 1234, 5678)
    setTelemetryEnabled(path, GLOBAL_SWITCH, false)
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 5678 })
  })

  test('keeps its mode, and nothing is left beside it', () => {
    writeFileSync(path, 'a: 1\n')
    chmodSync(path, 0o664)
    setTelemetryEnabled(path, GLOBAL_SWITCH, false)
    expect(mode(path)).toBe('664')
    expect(readdirSync(home)).toEqual(['config.yml'])
  })

  test.each([
    ['made', () => {}],
    ['edited', () => writeFileSync(path, 'a: 1\n', { mode: 0o600 })],
  ])('can be %s in a home on a shared folder, which lets nobody change a mode', (_deed, prepare) => {
    prepare()
    const change = vi.spyOn(fs, 'fchmodSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM: operation not permitted, fchmod'), { code: 'EPERM' })
    })
    syncBuiltinESMExports()
    onTestFinished(() => {
      change.mockRestore()
      syncBuiltinESMExports()
    })
    expect(setTelemetryEnabled(path, GLOBAL_SWITCH, false)).toEqual({ changed: true })
    expect(readFileSync(path, 'utf8')).toContain('telemetry_enabled: false\n')
    expect([mode(path), readdirSync(home)]).toEqual(['600', ['config.yml']])
  })

  test('stays a link', () => {
    mkdirSync(join(home, 'dotfiles'))
    const target = join(home, 'dotfiles', 'visivo.yml')
    writeFileSync(target, 'a: 1\n')
    symlinkSync(target, path)
    setTelemetryEnabled(path, GLOBAL_SWITCH, false)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readFileSync(target, 'utf8')).toBe('a: 1\ntelemetry_enabled: false\n')
  })

  test('costs nobody the file behind a link that came with a project, under the name of what is written first', () => {
    const behind = join(home, '.bashrc')
    writeFileSync(behind, 'precious')
    symlinkSync(behind, `${path}.${process.pid}.tmp`)
    expect(edited('a: 1\n', GLOBAL_SWITCH)).toBe('a: 1\ntelemetry_enabled: false\n')
    expect(readFileSync(behind, 'utf8')).toBe('precious')
    expect(lstatSync(path).isSymbolicLink()).toBe(false)
  })

  test('that is a link to nothing is left alone', () => {
    symlinkSync(join(home, 'missing'), path)
    expect(() => setTelemetryEnabled(path, GLOBAL_SWITCH, false)).toThrow('a link to nothing')
    expect(existsSync(join(home, 'missing'))).toBe(false)
  })
})

const FRAGMENTS = [
  '# top',
  'a: 1 # one',
  'b:   "x"',
  'c:\n  - 1\n  # in c\n  - {d: 2}',
  'e: |\n  text\n  # no comment',
  'f: >-\n  folded\n',
  '',
  'defaults:\n    g: 1 # g',
  'defaults: {g: 1}',
  'defaults:',
  'telemetry_enabled: yes # t',
  'h: &h [1]',
  'i: *h',
  '? j\n: k',
  "l: 'it''s'",
  '---',
  '...',
  '# end',
]

test('any file is refused, or differs afterwards by the switch alone: every other character is still there', () => {
  const text = fc
    .tuple(fc.subarray(FRAGMENTS), fc.constantFrom('\n', '\r\n'), fc.boolean())
    .chain(([parts, newline, isEnded]) =>
      fc
        .shuffledSubarray(parts, { minLength: parts.length })
        .map((lines) => lines.join('\n').replaceAll('\n', newline) + (isEnded ? newline : '')),
    )
  let refused = 0
  let done = 0
  const check = (before: string, keyPath: readonly string[], enabled: boolean) => {
    const edit = editText(before, keyPath, enabled)
    if ('problem' in edit) return void refused++
    done++
    expect(isSubsequence(before.replace(/yes/, ''), edit.text)).toBe(true)
    const [was, is] = [parse(before) ?? {}, parse(edit.text)].map((value) => without(value, keyPath))
    expect(is).toEqual(was)
  }
  fc.assert(fc.property(text, fc.constantFrom(GLOBAL_SWITCH, PROJECT_SWITCH), fc.boolean(), check), {
    numRuns: 500,
  })
  expect(done).toBeGreaterThan(refused / 10)
})

/** The configuration without the switch, and without the map that may have been made for it. */
function without(value: Record<string, unknown>, [key = '', inner]: readonly string[]): unknown {
  const { [key]: child, ...others } = value
  if (inner === undefined) return others
  const { [inner]: _, ...rest } = (child ?? {}) as Record<string, unknown>
  return { ...others, [key]: rest }
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0
  for (const character of whole) if (character === part[at]) at++
  return at === part.length
}

test('a file that can not be replaced leaves no draft behind', () => {
  mkdirSync(path)
  expect(() => writeText(path, 'a: 1\n')).toThrow()
  expect(readdirSync(home)).toEqual(['config.yml'])
})
