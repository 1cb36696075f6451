import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A new directory that is removed when the test is over, by its real path, as a process that works in it tells it. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'visivo-test-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A temporary directory with these files: texts by path. */
export function temporaryProject(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = temporaryDirectory()
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return directory
}
