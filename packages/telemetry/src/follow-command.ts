import { type CommandSpec, type SanitizedCommand, sanitizeCommand, sanitizeErrorType } from '@visivo/sanitize'
import { attempt } from './attempt.ts'
import type { Where } from './consent.ts'
import { type EVENTS, MOST_MILLISECONDS, type OBJECT_KINDS, type PropertiesOf } from './events.ts'
import { NO_COMMAND } from './nothing.ts'
import { pseudonymOf } from './project-pseudonym.ts'
import type { Telemetry } from './telemetry.ts'

/** How a command ended, and what it found out on its way. */
export interface CommandOutcome {
  /** What was thrown; its class may be collected, its message never is. */
  readonly error?: unknown
  /** Whether it worked; by default, whether there is no error. */
  readonly success?: boolean | undefined
  /** Only its pseudonym is collected. */
  readonly projectName?: string | undefined
  readonly jobCount?: number | undefined
  readonly objectCounts?: Readonly<Partial<Record<(typeof OBJECT_KINDS)[number], number>>> | undefined
  readonly where?: Where
}

/** A command that runs. */
export interface RunningCommand {
  /** Records the command; only the first call counts, so an exit handler may call it too. */
  ended(outcome?: CommandOutcome): void
}

/**
 * Follows one command from here to its end. Never throws.
 * @param argv what the person typed, without the program and its script
 * @param program the declared commands and flags: no other word of `argv` is ever collected
 * @param errorTypes the names of the program's own error classes; any other counts as a built-in one above it
 */
export function followCommand(
  telemetry: Telemetry,
  argv: readonly string[],
  program: CommandSpec,
  errorTypes: readonly string[] = [],
): RunningCommand {
  return attempt(() => followTyped(telemetry, () => sanitizeCommand(argv, program), errorTypes)) ?? NO_COMMAND
}

/**
 * The same for a command line that is safe already.
 * @param typed asked only if the command is recorded
 */
export function followTyped(
  telemetry: Telemetry,
  typed: () => SanitizedCommand,
  errorTypes: readonly string[],
): RunningCommand {
  const start = nanoseconds()
  const began = workingDirectory()
  let ended = false
  return {
    ended: (given) => {
      if (ended) return
      ended = true
      const outcome = withOutcome({}, given)
      attempt(() => telemetry.record('cli_command', propertiesOf, placeOf(began, outcome.where)))

      function propertiesOf(): PropertiesOf<(typeof EVENTS)['cli_command']> {
        const { command, args } = typed()
        const { error, success = error === undefined, jobCount, objectCounts } = outcome
        const hash = pseudonymOf(telemetry, outcome.projectName)
        return {
          command,
          command_args: args,
          duration_ms: millisecondsSince(start),
          success,
          ...(success ? {} : { error_type: sanitizeErrorType(error, errorTypes) }),
          ...(jobCount === undefined ? {} : { job_count: jobCount }),
          ...(objectCounts === undefined ? {} : { object_counts: objectCounts }),
          ...(hash === undefined ? {} : { project_hash: hash }),
        }
      }
    },
  }
}

/**
 * Where a command is recorded: where it ends, and where it began. A person who is in a project that opted out is still
 * there when the program has changed its directory.
 */
function placeOf(began: string, where: Where | undefined): Where | undefined {
  if (where?.projectDirectory !== undefined || began === workingDirectory()) return where
  return { ...where, startedIn: where?.startedIn ?? began }
}

/** Empty where it can't be told, which counts as off. */
function workingDirectory(): string {
  return attempt(() => process.cwd()) ?? ''
}

/**
 * Whole milliseconds, as an event takes them: no command is to lose its event for a server that ran for longer, or for a
 * test that has put a clock of its own in place meanwhile, by which it ended before it began, or that tells no time.
 */
function millisecondsSince(start: bigint | undefined): number {
  const now = nanoseconds()
  if (start === undefined || now === undefined) return 0
  return Math.max(0, Math.min(MOST_MILLISECONDS, Number((now - start) / 1_000_000n)))
}

/** Since some moment; nothing where a test has put something else in place of the clock. */
function nanoseconds(): bigint | undefined {
  // Not `performance`, which Node loads on first use, in 2 ms.
  return attempt(() => process.hrtime.bigint())
}

/** What was known, and what is known by now: nothing more where a program without types hands over what can't be read. */
export function withOutcome(known: CommandOutcome, more: CommandOutcome | undefined): CommandOutcome {
  const told = attempt(() => Object.entries(more ?? {}).filter(([, value]) => value !== undefined))
  return { ...known, ...Object.fromEntries(told ?? []) }
}
