import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Product } from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import { SCHEMA_VERSION } from './events.ts'
import { makePlace } from './make-place.ts'
import { readOwn, replaceOwn } from './own-file.ts'
import type { Terminal } from './world.ts'

/** True until this version of the notice was shown: a catalogue that collects more is told again. */
export function isNoticeDue(path: string): boolean {
  // Whether it is there is asked first, because an error costs more than all else here.
  return attempt(() => existsSync(path) && Number(readOwn(path)) >= SCHEMA_VERSION) !== true
}

/**
 * Shows the notice once. Where that can't be remembered it stays unsaid, and nothing is ever recorded. Where it can't be
 * written at once, the next run tries again.
 */
export function showNotice(product: Product, path: string, terminal: Terminal): void {
  try {
    makePlace('root', dirname(path))
    replaceOwn(path, `${SCHEMA_VERSION}\n`)
  } catch {
    return
  }
  try {
    terminal.write(renderNotice(product))
  } catch {
    rmSync(path, { force: true })
  }
}

/** The notice: what, why, how to look, how to stop it. Its lines are shorter than those of a terminal that nobody widened. */
export function renderNotice({ name, envPrefix }: Product): string {
  return `
${name} collects anonymous usage data, to show its makers what to improve:
which commands, flags and API routes are used, how long they take, whether
they work, on which system, in how many projects. Never names, paths, values,
queries or data. Nothing was recorded in this run.

  look at it    ${name} telemetry
  turn it off   ${name} telemetry off
                (or set ${envPrefix}_TELEMETRY_DISABLED=1)

`
}
