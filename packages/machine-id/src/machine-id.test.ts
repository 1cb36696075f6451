import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ciMachineId, isMachineId, temporaryMachineId } from './id.ts'
import { ensureMachineId, readMachineId, resetMachineId } from './machine-id.ts'

const UUID = '0b8ff0cd-5b4a-4c1e-9d3c-6a52f3a3e0aa'
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const root = mkdtempSync(join(tmpdir(), 'machine-id-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let home: string
let directory: string
let path: string
beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'))
  directory = join(home, '.visivo')
  path = join(directory, 'machine_id')
})

function store(content: string | Uint8Array): void {
  mkdirSync(directory)
  writeFileSync(path, content)
}

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

test('the first run makes an id, as the Python client does, and the second finds it', () => {
  const first = ensureMachineId({ directory })
  expect(first).toEqual({ id: expect.stringMatching(UUID_V4), persisted: true, created: true, path })
  expect(readFileSync(path, 'utf8')).toBe(first.id)
  expect(ensureMachineId({ directory })).toEqual({ ...first, created: false })
  expect(readMachineId({ directory })).toBe(first.id)
  expect(readdirSync(directory)).toEqual(['machine_id'])
})

test('another file name', () => {
  const { id } = ensureMachineId({ directory, file: 'install' })
  expect(readFileSync(join(directory, 'install'), 'utf8')).toBe(id)
})

test.skipIf(process.platform === 'win32')('the file is for its owner only, and so is a new directory', () => {
  ensureMachineId({ directory })
  expect([mode(directory), mode(path)]).toEqual(['700', '600'])
})

test.skipIf(process.platform === 'win32')('a directory that was there keeps its mode', () => {
  mkdirSync(directory)
  chmodSync(directory, 0o755)
  ensureMachineId({ directory })
  expect([mode(directory), mode(path)]).toEqual(['755', '600'])
})

describe('a stored id is read', () => {
  test.each([
    ['as it is', UUID],
    ['with white space around it', `\r\n  ${UUID}\t\n`],
    ['in upper case', UUID.toUpperCase()],
  ])('%s', (_, content) => {
    store(content)
    expect(ensureMachineId({ directory })).toEqual({ id: UUID, persisted: true, created: false, path })
    expect(readMachineId({ directory })).toBe(UUID)
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  test('of any UUID version', () => {
    const version1 = '5d0f7f36-8b1c-11ee-b9d1-0242ac120002'
    store(version1)
    expect(ensureMachineId({ directory }).id).toBe(version1)
  })

  test('through a link', () => {
    mkdirSync(directory)
    writeFileSync(join(home, 'dotfile'), UUID)
    symlinkSync(join(home, 'dotfile'), path)
    expect(ensureMachineId({ directory }).id).toBe(UUID)
  })
})

describe('a stored id is regenerated', () => {
  test.each([
    ['when the file is empty', ''],
    ['when it is a CI id', `ci-${UUID}`],
    ['when it is not an id', 'user@example.com'],
    ['when it is cut off', UUID.slice(0, 20)],
    ['when something follows', `${UUID} ${UUID}`],
    ['when it is random bytes', Uint8Array.from({ length: 36 }, (_, i) => (i * 151) % 256)],
    ['when it is huge', UUID + ' '.repeat(50_000_000)],
  ])('%s', (_, content) => {
    store(content)
    expect(readMachineId({ directory })).toBeUndefined()
    const result = ensureMachineId({ directory })
    expect(result).toEqual({ id: expect.stringMatching(UUID_V4), persisted: true, created: true, path })
    expect(readMachineId({ directory })).toBe(result.id)
    expect(readdirSync(directory)).toEqual(['machine_id'])
  })

  test('when it is a link to something else, which stays as it is', () => {
    mkdirSync(directory)
    writeFileSync(join(home, 'precious'), 'precious')
    symlinkSync(join(home, 'precious'), path)
    expect(ensureMachineId({ directory })).toMatchObject({ persisted: true, created: true })
    expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('precious')
  })
})

describe('the id holds for this run only', () => {
  const expectTemporary = (location: { directory: string }) => {
    const first = ensureMachineId(location)
    expect(first).toMatchObject({ id: expect.stringMatching(UUID_V4), persisted: false, created: false })
    expect(ensureMachineId(location).id).not.toBe(first.id)
    expect(readMachineId(location)).toBeUndefined()
  }

  test('when the directory is a file', () => {
    writeFileSync(directory, 'a file')
    expectTemporary({ directory })
    expect(readFileSync(directory, 'utf8')).toBe('a file')
  })

  test('when there is no home directory, which is not made', () => {
    expectTemporary({ directory: join(home, 'missing', '.visivo') })
    expect(readdirSync(home)).toEqual([])
  })

  test.each([
    ['empty', ''],
    ['relative', '.visivo-of-an-unset-home'],
    ['not a path at all', '/tmp/\0'],
  ])('when the directory is %s', (_, location) => {
    expectTemporary({ directory: location })
    expect(existsSync(join('.visivo-of-an-unset-home'))).toBe(false)
  })

  test('when a relative directory leads to an id, which may be of whoever made the project there', () => {
    store(UUID)
    expectTemporary({ directory: relative(process.cwd(), directory) })
  })

  test.each<[string, unknown]>([
    ['no location', undefined],
    ['no directory', { directory: undefined }],
    ['a directory that is no text', { directory: Symbol('x') }],
    ['a file that is no text', { directory: join(root, 'none'), file: 5 }],
  ])('when a program without types gives %s', (_, location) => {
    expect(ensureMachineId(location as never)).toMatchObject({ persisted: false, created: false, path: '' })
    expect(readMachineId(location as never)).toBeUndefined()
    expect(() => resetMachineId(location as never)).toThrow('Could not write a new machine id')
    expect(existsSync(join(root, 'none'))).toBe(false)
  })

  test.skipIf(!existsSync('/proc/self'))('when the file system takes no files', () => {
    expectTemporary({ directory: '/proc/self' })
    expectTemporary({ directory: '/proc/visivo' })
  })

  test('when a directory lies where the file should', () => {
    mkdirSync(path, { recursive: true })
    expectTemporary({ directory })
  })

  test.skipIf(process.platform === 'win32').each([
    ['a device', '/dev/null'],
    ['an endless device', '/dev/zero'],
    ['nothing', '/dev/missing'],
    ['itself', 'machine_id'],
  ])('when the file is a link to %s, which stays', (_, target) => {
    mkdirSync(directory)
    symlinkSync(target, path)
    expectTemporary({ directory })
    expect(readdirSync(directory)).toEqual(['machine_id'])
  })
})

describe('reset', () => {
  test.each([
    ['replaces a stored id', UUID],
    ['replaces a corrupt file', 'not an id'],
    ['makes a missing file', undefined],
  ])('%s', (_, content) => {
    if (content !== undefined) store(content)
    const id = resetMachineId({ directory })
    expect(id).toMatch(UUID_V4)
    expect(ensureMachineId({ directory })).toEqual({ id, persisted: true, created: false, path })
    expect(readdirSync(directory)).toEqual(['machine_id'])
  })

  test.each([
    ['the directory is a file', () => writeFileSync(directory, ''), 'ENOTDIR'],
    ['there is no home directory', () => rmSync(home, { recursive: true }), 'ENOENT'],
  ])('says where and why when %s', (_, prepare, code) => {
    prepare()
    expect(() => resetMachineId({ directory })).toThrow(
      `Could not write a new machine id to ${path} (${code})`,
    )
  })

  test.skipIf(process.platform === 'win32')('leaves a link to a device, which is a person’s word', () => {
    mkdirSync(directory)
    symlinkSync('/dev/null', path)
    expect(() => resetMachineId({ directory })).toThrow(
      `Could not write a new machine id to ${path} (not a file)`,
    )
    expect(readlinkSync(path)).toBe('/dev/null')
    expect(readdirSync(directory)).toEqual(['machine_id'])
  })

  test.each([['.cake'], ['~/.cake']])('says so where %s is no absolute path', (relative) => {
    expect(() => resetMachineId({ directory: relative })).toThrow(
      `Could not write a new machine id to ${join(relative, 'machine_id')} (not an absolute path)`,
    )
  })

  test('leaves nothing behind when it fails', () => {
    mkdirSync(path, { recursive: true })
    expect(() => resetMachineId({ directory })).toThrow(path)
    expect(readdirSync(directory)).toEqual(['machine_id'])
  })
})

test('reading changes nothing', () => {
  expect(readMachineId({ directory })).toBeUndefined()
  expect(readdirSync(home)).toEqual([])
})

test('an id that is never written is random, and marked in CI', () => {
  expect(temporaryMachineId()).toMatch(UUID_V4)
  expect(temporaryMachineId('ci-')).toMatch(/^ci-/)
  expect(ciMachineId()).toMatch(/^ci-/)
  expect(ciMachineId().slice(3)).toMatch(UUID_V4)
  expect(ciMachineId()).not.toBe(ciMachineId())
})

test.each([
  ['a UUID', UUID, true],
  ['a CI id', `ci-${UUID}`, true],
  ['upper case', UUID.toUpperCase(), false],
  ['another prefix', `me-${UUID}`, false],
  ['white space', `${UUID}\n`, false],
  ['nothing', '', false],
  ['no text', Symbol('x'), false],
])('%s, as an id in an event', (_, text, expected) => {
  expect(isMachineId(text as string)).toBe(expected)
})
