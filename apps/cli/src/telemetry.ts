import { releasedVisivo } from '@visivo/api/product'
import {
  createTelemetry,
  type FollowedProcess,
  followProcess,
  type Telemetry,
  type Where,
} from '@visivo/telemetry'
import { commandSpecOf } from '@visivo/telemetry/commander'
import { ERROR_TYPES } from './errors.ts'
import type { CommandObserver, CommandStart } from './observer.ts'
import { readVersion } from './version.ts'

/** Telemetry of this run of `visivo`. It touches nothing until a command starts. */
export function createVisivoTelemetry(): Telemetry {
  return createTelemetry({ version: readVersion(), product: releasedVisivo() })
}

/** Where a command works, as telemetry has to know it: two files there may opt out. */
export function whereOf({
  workingDirectory,
  envFile,
}: Pick<CommandStart, 'workingDirectory' | 'envFile'>): Where & { readonly projectDirectory: string } {
  return { projectDirectory: workingDirectory, envFile: envFile.values, envFilePath: envFile.paths }
}

/** Records every command that the CLI is asked for, however it ends: also by a crash or by leaving early. */
export function observeCommands(telemetry: Telemetry): CommandObserver {
  let running: FollowedProcess | undefined
  let where: Where = {}
  return {
    started: async (start) => {
      where = whereOf(start)
      if (start.compiled !== undefined) {
        const { whereOfCompiled } = await import('@visivo/api/telemetry')
        where = await whereOfCompiled(whereOf(start), start.compiled)
      }
      running = followProcess(telemetry, commandSpecOf(start.program), {
        argv: start.argv,
        where,
        errorTypes: ERROR_TYPES,
        // Whoever starts an observer has seen to it that the command line asks for no help.
        withoutCommand: true,
      })
    },
    // A third Ctrl-C ends it at once, and asks nobody any more.
    stopping: ({ error, report }) => running?.note({ error, ...report }),
    ended: ({ error, exitCode, report }) => running?.ended({ error, success: exitCode === 0, ...report }),
    serving: async (project) => {
      const { instrumentWith } = await import('@visivo/api/telemetry')
      return instrumentWith(telemetry, project, where)
    },
  }
}
