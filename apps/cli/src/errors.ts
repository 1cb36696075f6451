/** Where something stands: a file relative to the project's directory, and a line counted from 1. */
export interface Place {
  readonly file: string
  readonly line: number
}

/** What an error needs besides its sentence. */
export interface ErrorDetails {
  readonly place?: Place | undefined
  readonly cause?: unknown
}

/** `models/orders.yml:12`. */
export function renderPlace(place: Place): string {
  return `${place.file}:${place.line}`
}

/**
 * Something in the project, or in what a command did with it, is wrong (exit code 1).
 * The message is for the user: where (file:line), what, and what to do. Its class is its `name`.
 */
export class ProjectError extends Error {
  constructor(message: string, { place, cause }: ErrorDetails = {}) {
    super(place ? `${renderPlace(place)}: ${message}` : message, cause === undefined ? {} : { cause })
    this.name = new.target.name
  }
}

/** What a command says that was started in a directory that was deleted. */
export const NOWHERE =
  'the working directory does not exist any more. Change to another one, or name one with --working-dir.'

/** There is no project where the command was told to work. */
export class ProjectNotFoundError extends ProjectError {}

/** A file of the project is not the YAML that a project is written in. */
export class ProjectParseError extends ProjectError {}

/** An `includes:` entry names nothing that can be read here. */
export class IncludeError extends ProjectError {}

/** An object has no name, a name with characters that a name can't hold, or one that is taken. */
export class InvalidNameError extends ProjectError {}

/** A reference, a filter or a flag names an object that the project doesn't have. */
export class UnknownReferenceError extends ProjectError {}

/** Objects depend on themselves. */
export class CircularReferenceError extends ProjectError {}

/** `--skip-compile` was asked for, and there is no usable project.json. */
export class NotCompiledError extends ProjectError {}

/** The file behind `-e` can't be read. */
export class EnvFileError extends ProjectError {}

/** `${env.NAME}` stands where a value is needed, and NAME is not set. */
export class MissingVariableError extends ProjectError {}

/** A model runs on a source that this program doesn't execute. */
export class UnsupportedSourceError extends ProjectError {}

/** A source can't be opened: its file is missing, locked or broken. */
export class SourceError extends ProjectError {}

/** A model can't be executed as it is written: no SQL, no source, a reference that SQL can't take. */
export class ModelError extends ProjectError {}

/** A seed's program failed, or what it printed is not a CSV. */
export class SeedError extends ProjectError {}

/** DuckDB refused a model's SQL. */
export class QueryError extends ProjectError {}

/** Something about telemetry could not be done, or needs a person to do something. */
export class TelemetryError extends ProjectError {}

/** What a command prints, or a file of its results, can't be written: the disk is full, the directory can't be made. */
export class OutputError extends ProjectError {}

/** `serve` can't listen where it was told to: the port is taken, or the host is none of this machine's. */
export class ListenError extends ProjectError {}

/** The command line itself is wrong (exit code 2). */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A person or the system stopped the command (exit code 130 for SIGINT, 143 for SIGTERM). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor(readonly signal: 'SIGINT' | 'SIGTERM') {
    super('Stopped.')
  }
}

/** The exit code that an error ends the process with; no error is 0. */
export function exitCodeFor(error: unknown): number {
  if (error === undefined) return 0
  if (error instanceof UsageError) return 2
  if (error instanceof Interrupted) return error.signal === 'SIGINT' ? 130 : 143
  return 1
}

/** The classes above by name: what an error may be called in a usage event. */
export const ERROR_TYPES: readonly string[] = [
  'ProjectError',
  'ProjectNotFoundError',
  'ProjectParseError',
  'IncludeError',
  'InvalidNameError',
  'UnknownReferenceError',
  'CircularReferenceError',
  'NotCompiledError',
  'EnvFileError',
  'MissingVariableError',
  'UnsupportedSourceError',
  'SourceError',
  'ModelError',
  'SeedError',
  'QueryError',
  'TelemetryError',
  'OutputError',
  'ListenError',
  'UsageError',
  'Interrupted',
]
