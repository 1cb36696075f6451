import { mkdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { agree, replace } from './agree.ts'
import { temporaryMachineId } from './id.ts'
import { codeOf, isNoFile, readStored } from './stored.ts'

/** Which file holds the id: every tool has its own directory, and an id of its own in it. */
export interface MachineIdLocation {
  /** Absolute path of the tool's directory, such as `~/.visivo` written out. Its parent has to exist. */
  readonly directory: string
  /** Name of the file in it, by default `machine_id`. */
  readonly file?: string
}

const NOT_ABSOLUTE = 'not an absolute path'

/** An id, and whether it is on this machine's disk. */
export interface MachineId {
  /** A lower-case UUID. */
  readonly id: string
  /** Whether the next run will find the same id. */
  readonly persisted: boolean
  /** Whether this very call made the stored id: true once for a machine, even if many calls run at the same time. */
  readonly created: boolean
  /** Where the id lies, or would lie. */
  readonly path: string
}

/**
 * The machine's id: the stored one, or a new one that is stored (file 0600, directory 0700 if it has to be
 * made). Where nothing can be stored, it is an id for this run, `persisted: false`. Never throws.
 */
export function ensureMachineId(location: MachineIdLocation): MachineId {
  const path = pathOf(location)
  const stored = readMachineId(location)
  if (stored !== undefined) return { id: stored, persisted: true, created: false, path }
  const mine = temporaryMachineId()
  const agreed = tryStore(location, path, mine)
  return { id: agreed ?? mine, persisted: agreed !== undefined, created: agreed === mine, path }
}

/** The stored id, or `undefined` if there is none that is valid. Changes nothing, never throws. */
export function readMachineId(location: MachineIdLocation): string | undefined {
  const path = pathOf(location)
  if (!isAbsolute(path)) return undefined
  const stored = readStored(path)
  return stored.state === 'valid' ? stored.id : undefined
}

/**
 * Replaces the stored id by a new one, in one step, and returns it. Because somebody asked for this, it throws an
 * `Error` that says where and why if it can't.
 */
export function resetMachineId(location: MachineIdLocation): string {
  const path = pathOf(location)
  const id = temporaryMachineId()
  try {
    makeDirectory(location.directory, path)
    // A person's word, which no other call goes over either.
    if (isNoFile(path)) throw Object.assign(new Error('what lies there is no file'), { code: 'not a file' })
    replace(path, id)
    return id
  } catch (cause) {
    throw new Error(`Could not write a new machine id to ${path} (${codeOf(cause) ?? 'unknown error'})`, {
      cause,
    })
  }
}

function tryStore(location: MachineIdLocation, path: string, mine: string): string | undefined {
  try {
    makeDirectory(location.directory, path)
    return agree(path, mine)
  } catch {
    return undefined // a read-only, full or missing place: the id holds for this run
  }
}

/** Only the last part: a home directory that doesn't exist is not ours to make, nor is one in the cwd. */
function makeDirectory(directory: string, path: string): void {
  if (!isAbsolute(path)) throw Object.assign(new Error(NOT_ABSOLUTE), { code: NOT_ABSOLUTE })
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}

/** Empty where a program without types hands over no directory. */
function pathOf(location: MachineIdLocation): string {
  try {
    const { directory, file = 'machine_id' } = location
    return join(directory, file)
  } catch {
    return ''
  }
}
