import type { Instrument } from '@visivo/api'
import type { Command } from 'commander'
import type { Report } from './context.ts'
import type { EnvFile } from './env-file.ts'

/** A command that is about to run, or was refused because the command line is wrong. */
export interface CommandStart {
  /** The whole declared tree: every command and flag that exists. */
  readonly program: Command
  /** What was asked for; undefined when the command line names no command that exists. */
  readonly command: Command | undefined
  /** Without the interpreter and the script. */
  readonly argv: readonly string[]
  /**
   * Absolute; empty where it was deleted. Also of a command line that is wrong, wherever in it `--working-dir` stands.
   */
  readonly workingDirectory: string
  /** Of a command that works on what was compiled before, perhaps elsewhere: its directory, absolute. */
  readonly compiled: string | undefined
  readonly envFile: EnvFile
  /** The process's environment over that of the env file. */
  readonly env: Readonly<NodeJS.ProcessEnv>
}

/** How it ended. */
export interface CommandEnd {
  /** The original error, also an `Interrupted` or a `UsageError`; undefined when the command succeeded. */
  readonly error: unknown
  readonly exitCode: number
  /** What the command knew by then. */
  readonly report: Report
}

/**
 * Told about every command except `--help`, `--version`, an empty command line and commands that are declared
 * unobserved. Each start is followed by exactly one end, after the user has been shown the error, and
 * the process waits for it.
 */
export interface CommandObserver {
  started(start: CommandStart): void | Promise<void>
  /** Told why a command is to stop, which may take a while, or not come to a proper end at all. */
  stopping?(stop: Pick<CommandEnd, 'error' | 'report'>): void
  ended(end: CommandEnd): void | Promise<void>
  /** Asked by a command that becomes a server: what follows its requests, and is closed after the last one. */
  serving?(project: { readonly name: string | undefined }): Promise<Instrument>
}

/** The default: nobody looks. */
export const noObserver: CommandObserver = { started: () => {}, ended: () => {} }
