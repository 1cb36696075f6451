import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { visivo } from '@visivo/telemetry-config'
import { onTestFinished, vi } from 'vitest'
import { assemble } from '../src/assemble.ts'
import { catalogueOf } from '../src/events.ts'
import { createGuard, type StoredEvent } from '../src/guard.ts'
import { gatherMetadata } from '../src/metadata.ts'
import { uuidV7 } from '../src/uuid-v7.ts'

/** The guard of Visivo's own catalogue. */
export const guard = createGuard(catalogueOf('visivo_version'))

/** The common properties of a run. */
export const metadata = gatherMetadata(visivo, '1.2.3', false, uuidV7())

/** A command that worked, as it would wait in the outbox. */
export function sampleEvent(at: number = Date.now(), properties: Record<string, unknown> = {}): StoredEvent {
  const own = { command: 'run', command_args: ['--threads', '<value>'], duration_ms: 12, success: true }
  return assemble(
    { id: '0b0f6c7e-8a51-4a43-9a4f-2f0d4f3b7c11', metadata },
    'cli_command',
    { ...own, ...properties },
    at,
  )
}

/** A directory of the running test's own, gone when it ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'telemetry-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The ids of what a person's shell runs. */
export const BEHIND_A_SHELL = { pid: 4_243, ppid: 4_242 }

/** Gives the process other ids until the running test ends: whatever runs the tests may be a container's first process. */
export function runAs({ pid, ppid }: typeof BEHIND_A_SHELL): void {
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('process', Object.create(process, { pid: { value: pid }, ppid: { value: ppid } }))
}
