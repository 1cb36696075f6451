import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { visivo } from './product.ts'
import { readSources } from './sources.ts'

// On macOS it lies behind a link.
const root = realpathSync(mkdtempSync(join(tmpdir(), 'telemetry-sources-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let home: string
let directory: string
let path: string
beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'))
  directory = join(home, '.visivo')
  path = join(directory, 'config.yml')
  mkdirSync(directory)
})

const read = () => readSources(visivo, { env: {}, home, projectDirectory: home }).global
const unreadable = (reason: string) => ({ state: 'unreadable', path, reason })

test('both files are read, and the environments are handed on', () => {
  writeFileSync(path, 'a: 1\n')
  writeFileSync(join(home, 'project.visivo.yml'), 'name: ü\r\n')
  const env = { DO_NOT_TRACK: '1' }
  expect(readSources(visivo, { env, envFile: { A: 'b' }, home, projectDirectory: home })).toEqual({
    env,
    envFile: { A: 'b' },
    project: { state: 'read', path: join(home, 'project.visivo.yml'), text: 'name: ü\r\n' },
    global: { state: 'read', path, text: 'a: 1\n' },
  })
})

test('null in place of an env file, from a program without types, is none', () => {
  const none: object = { envFilePath: null }
  const given = { env: {}, home, projectDirectory: home }
  expect(readSources(visivo, { ...given, ...none })).toEqual(readSources(visivo, given))
})

test('what is no path, from a program without types, leads to no home: nobody knows what the person wrote', () => {
  const home: object = { home: 5 }
  expect(readSources(visivo, { env: {}, projectDirectory: null, ...home }).global).toMatchObject({
    state: 'unreadable',
    reason: 'the home directory is unknown',
  })
})

test.each([
  ['false', false],
  ['a number', 0],
  ['an object', {}],
])(
  '%s in place of a directory, from a program without types, is one that is unknown',
  (_, projectDirectory: unknown) => {
    const given: object = { env: {}, home, projectDirectory }
    expect(readSources(visivo, given).project).toMatchObject({
      state: 'unreadable',
      reason: 'the working directory is unknown',
    })
  },
)

test('null in place of all options, from a program without types, is none', () => {
  expect(Reflect.apply(readSources, undefined, [visivo, null])).toEqual(readSources(visivo))
})

test('without options it is the real environment, home and working directory', () => {
  const sources = readSources(visivo)
  expect(sources.env).toBe(process.env)
  expect(sources.envFile).toEqual({})
  expect(sources.project).toEqual({ state: 'absent', path: join(process.cwd(), 'project.visivo.yml') })
})

describe('below a project', () => {
  const FILE = 'project.visivo.yml'
  const below = () => join(home, 'proj', 'models', 'new')
  const readBelow = (projectDirectory: string | null) =>
    readSources(visivo, { env: {}, home, projectDirectory })
  beforeEach(() => mkdirSync(below(), { recursive: true }))

  test.each<[string, Record<string, string>, string]>([
    ['its file is read', { [`proj/${FILE}`]: 'a' }, 'proj'],
    ['the nearest one is read', { [FILE]: 'a', [`proj/models/${FILE}`]: 'b' }, 'proj/models'],
    [
      'the own one is read where there is one',
      { [FILE]: 'a', [`proj/models/new/${FILE}`]: 'b' },
      'proj/models/new',
    ],
  ])('%s', (_, files, where) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
    const path = join(home, where, FILE)
    expect(readBelow(below()).project).toEqual({ state: 'read', path, text: Object.values(files).at(-1) })
  })

  test('a file on the way that can not be read is not passed over', () => {
    writeFileSync(join(home, FILE), 'a')
    mkdirSync(join(home, 'proj', FILE))
    const path = join(home, 'proj', FILE)
    expect(readBelow(below()).project).toEqual({ state: 'unreadable', path, reason: 'not a file' })
  })

  test.each<[string, string, string]>([
    ['the `.env` of the project counts', 'proj/.env', '1'],
    ['the `.env` of the directory itself counts', 'proj/models/new/.env', '1'],
    ['another `.env` does not, for who knows whose it is', 'proj/models/.env', ''],
  ])('%s', (_, name, value) => {
    writeFileSync(join(home, 'proj', FILE), '')
    writeFileSync(join(home, name), 'DO_NOT_TRACK=1')
    const { envFile, envFileName } = readBelow(below())
    expect([envFile, envFileName]).toEqual([value ? { DO_NOT_TRACK: value } : {}, ENV_FILES])
  })
  const ENV_FILES = ['.env', join('..', '..', '.env')].join(' or ')

  test.each<[string, Record<string, string>, string]>([
    ['the file above where a link leads to is read', { [`proj/${FILE}`]: 'a' }, 'proj'],
    ['it comes before the one above the link', { [`else/${FILE}`]: 'b', [`proj/${FILE}`]: 'a' }, 'proj'],
    ['the one above the link is read where there is no other', { [`else/${FILE}`]: 'a' }, 'else'],
    ['the one behind the link is read as it was named', { [`proj/models/new/${FILE}`]: 'a' }, 'else/link'],
  ])('%s', (_, files, where) => {
    mkdirSync(join(home, 'else'))
    const link = join(home, 'else', 'link')
    symlinkSync(below(), link, 'junction')
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text)
    const { path, ...file } = readBelow(link).project
    expect(file).toEqual({ state: 'read', text: 'a' })
    expect(realpathSync(path)).toBe(realpathSync(join(home, where, FILE)))
  })

  test('a directory that was deleted has the project that it lay in', () => {
    writeFileSync(join(home, 'proj', FILE), 'a')
    rmSync(below(), { recursive: true })
    expect(readBelow(below()).project).toMatchObject({ state: 'read', path: join(home, 'proj', FILE) })
  })

  test('nothing is looked for where there is no project', () => {
    writeFileSync(join(home, 'proj', FILE), 'a')
    expect(readBelow(null).project).toEqual({ state: 'absent', path: '' })
  })

  test('a directory that is relative counts from the working directory', () => {
    const from = relative(process.cwd(), below())
    writeFileSync(join(home, 'proj', FILE), 'a')
    expect(readBelow(from).project).toMatchObject({ state: 'read', path: join(home, 'proj', FILE) })
  })
})

// As Node gives the path of a directory whose name is in Latin-1: it looks beside it.
describe('where a path is not UTF-8, nobody knows whether its project has opted out', () => {
  const REASON = 'its path is not UTF-8'
  const readAt = (projectDirectory: string, envFilePath?: string) =>
    readSources(visivo, { env: {}, home, projectDirectory, envFilePath })

  test.each([
    ['of the project itself', 'caf\ufffd'],
    ['above it', 'caf\ufffd/models'],
  ])('the directory %s', (_, name) => {
    expect(readAt(join(home, name)).project).toMatchObject({ state: 'unreadable', reason: REASON })
  })

  test('the env file that was loaded', () => {
    const { brokenEnvFiles } = readAt(home, join(home, 'caf\ufffd', '.env'))
    expect(brokenEnvFiles).toMatchObject([{ state: 'unreadable', reason: REASON }])
  })

  test.skipIf(process.platform !== 'linux')('the directory behind a link', () => {
    const behind = Buffer.concat([Buffer.from(join(home, 'caf')), Buffer.from([0xe9])])
    mkdirSync(behind)
    mkdirSync(Buffer.concat([behind, Buffer.from('/models')]))
    symlinkSync(Buffer.concat([behind, Buffer.from('/models')]), join(home, 'link'))
    expect(readAt(join(home, 'link')).project).toMatchObject({ state: 'unreadable', reason: REASON })
  })

  test('what lies there all the same is read', () => {
    mkdirSync(join(home, 'caf\ufffd'))
    writeFileSync(join(home, 'caf\ufffd', 'project.visivo.yml'), 'a')
    expect(readAt(join(home, 'caf\ufffd')).project).toMatchObject({ state: 'read', text: 'a' })
  })
})

describe('a file is absent', () => {
  test('when it is not there', () => {
    expect(read()).toEqual({ state: 'absent', path })
  })

  test('when its directory is not there', () => {
    rmSync(directory, { recursive: true })
    expect(read()).toEqual({ state: 'absent', path })
  })

  test('when its directory is a file', () => {
    rmSync(directory, { recursive: true })
    writeFileSync(directory, '')
    expect(read()).toEqual({ state: 'absent', path })
  })
})

describe('a file is read', () => {
  test.each([
    ['when it is empty', '', ''],
    ['without its byte order mark', '\ufeffa: 1', 'a: 1'],
    ['with bytes that are not UTF-8', Buffer.from('# caf\xe9\na: 1', 'latin1'), '# caf\ufffd\na: 1'],
  ])('%s', (_, content, text) => {
    writeFileSync(path, content)
    expect(read()).toEqual({ state: 'read', path, text })
  })

  test('through a link', () => {
    writeFileSync(join(home, 'dotfile'), 'a: 1')
    symlinkSync(join(home, 'dotfile'), path)
    expect(read()).toEqual({ state: 'read', path, text: 'a: 1' })
  })
})

describe('a file is unreadable', () => {
  test.each([
    ['in UTF-16', Buffer.from('telemetry_enabled: false', 'utf16le')],
    ['in UTF-16 with its mark, beyond ASCII', Buffer.from('\ufeff数据', 'utf16le')],
    ['with a zero byte', 'a: 1\0'],
  ])('%s', (_, content) => {
    writeFileSync(path, content)
    expect(read()).toEqual(unreadable('not a UTF-8 text'))
  })

  test('when it is larger than 2 MB', () => {
    writeFileSync(path, '')
    truncateSync(path, 2_000_001)
    expect(read()).toEqual(unreadable('larger than 2 MB'))
  })

  test('when it is a directory', () => {
    mkdirSync(path)
    expect(read()).toEqual(unreadable('not a file'))
  })

  test.skipIf(process.platform === 'win32').each([
    ['to nothing', '/nowhere', 'a link to nothing'],
    ['to nothing, below what is no directory', '/dev/null/config.yml', 'a link to nothing'],
    ['to itself', 'config.yml', 'ELOOP'],
    ['to an endless device', '/dev/zero', 'not a file'],
  ])('when it is a link %s', (_, target, reason) => {
    symlinkSync(target, path)
    expect(read()).toEqual(unreadable(reason))
  })

  test.each([
    ['empty', ''],
    ['relative', 'home'],
  ])('when the home directory is %s: nobody knows what the person wrote', (_, unknown) => {
    const { global } = readSources(visivo, { env: {}, home: unknown, projectDirectory: home })
    expect(global).toEqual({
      state: 'unreadable',
      path: '~/.visivo/config.yml',
      reason: 'the home directory is unknown',
    })
  })

  test('when the home directory is not there, which nobody wants to be made', () => {
    const gone = join(home, 'gone')
    expect(readSources(visivo, { env: {}, home: gone, projectDirectory: home }).global).toEqual({
      state: 'unreadable',
      path: '~/.visivo/config.yml',
      reason: 'there is no home directory',
    })
  })
})

test('a working directory that nobody can tell may be one of a project that opted out', () => {
  expect(readSources(visivo, { env: {}, home, projectDirectory: '' }).project).toEqual({
    state: 'unreadable',
    path: 'project.visivo.yml',
    reason: 'the working directory is unknown',
  })
})
