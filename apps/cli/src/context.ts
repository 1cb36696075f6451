import type { EnvFile } from './env-file.ts'
import type { CommandObserver } from './observer.ts'
import type { ObjectCounts } from './project/kinds.ts'

/** The part of a terminal or a pipe that commands write to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** What a command found out, filled in as soon as it is known: a command that fails has set what it knew. */
export interface Report {
  /** `name` of project.visivo.yml. */
  projectName?: string
  /** How many objects the project declares, by kind. */
  objectCounts?: ObjectCounts
  /** How many models were executed to the end. */
  jobCount?: number
}

/** The world of one command. */
export interface CommandContext {
  /**
   * Absolute: `--working-dir`, or where visivo was started. Every relative path counts from here. Empty where it was
   * deleted, which only commands that nobody observes ever see.
   */
  readonly workingDirectory: string
  readonly envFile: EnvFile
  /** The process's environment over that of the env file. */
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly stdout: NodeJS.WritableStream & Output
  readonly stderr: NodeJS.WritableStream & Output
  /** Aborted with an `Interrupted` on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  readonly report: Report
  /** What follows the requests of a command that becomes a server. */
  readonly serving?: CommandObserver['serving'] | undefined
}

/** What every command takes, as commander parsed it. */
export interface CommonOptions {
  readonly workingDir?: string
  readonly envFile?: readonly string[]
  readonly verbose?: boolean
}

/** A command: resolves when its work is done, rejects with an error whose message is for the user. */
export type CommandFunction<Options> = (options: Options, context: CommandContext) => Promise<void>
