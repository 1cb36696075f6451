import { type CommandSpec, FLAG, NONE, type SanitizedCommand, sanitizeCommand } from '@visivo/sanitize'
import { attempt } from './attempt.ts'
import type { Where } from './consent.ts'
import { type CommandOutcome, followTyped, type RunningCommand, withOutcome } from './follow-command.ts'
import { isExiting } from './hold-at-exit.ts'
import { makeListenerRoom } from './listener-room.ts'
import { NO_PROCESS } from './nothing.ts'
import type { Telemetry } from './telemetry.ts'

/** How `followProcess` differs from its defaults. */
export interface FollowOptions {
  /** What the person typed, without the program and its script; default: that of this process. */
  readonly argv?: readonly string[]
  readonly where?: Where
  /** The names of the program's own error classes; any other counts as a built-in one above it. */
  readonly errorTypes?: readonly string[]
  /** Commands that are not recorded and print no notice, with all below them; default: `help`, `telemetry`, `completion`. */
  readonly unrecorded?: readonly string[]
  /**
   * Whether the program, which has commands, also does something without one; default: whether it declares a `default`.
   * If not, such a run counts as a question for help.
   */
  readonly withoutCommand?: boolean
  /**
   * Also records a run that Ctrl-C or SIGTERM ends, as `Interrupted`; the process ends by the signal all the same. Off by
   * default, because once somebody listens for a signal, it can't interrupt work that never lets go of the event loop.
   * If the program has listeners of its own, the signal is left to them. Does nothing on Windows, nor in the first
   * process of a container, which such a signal does not end.
   */
  readonly signals?: boolean
}

/** A process whose command is recorded when it ends, however it does. */
export interface FollowedProcess extends RunningCommand {
  /**
   * Keeps what is known by now, such as the project or an error that was caught, and records it at the end. The exit code
   * says whether the run worked, unless `success: false` was noted: a program may recover from an error.
   */
  note(outcome: CommandOutcome): void
}

/** Asking about the program, or for a script, is no use of it. */
const UNRECORDED: readonly string[] = ['help', 'telemetry', 'completion']
/** So are these flags, by any of their names. */
const QUESTIONS: readonly string[] = ['--help', '--version']

/** The signals by which a person or a supervisor ends a command. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What a signal ends a command with. */
class Interrupted extends Error {
  /** Said once more, because a bundle that is minified calls the class something else. */
  static override readonly name = 'Interrupted'
}

/**
 * Records the command of this process once, however it ends: by itself, by `process.exit`, by an error or a rejection
 * that nobody catches. Call it before the program prints anything, so that the notice comes before the command's own
 * output. A run that only asks for help or for the version, or that names no command where there is no default, is not
 * recorded and prints no notice. With telemetry off nothing listens for the end, and nothing is recorded though it is on by
 * then; once the command has `ended`, nothing listens any more. In a worker of `node:cluster` it does nothing. Never throws.
 * @param program the declared commands and flags: no other word of the command line is ever collected
 */
export function followProcess(
  telemetry: Telemetry,
  program: CommandSpec,
  options: FollowOptions = {},
): FollowedProcess {
  return attempt(() => follow(telemetry, program, options)) ?? NO_PROCESS
}

function follow(telemetry: Telemetry, program: CommandSpec, options: FollowOptions): FollowedProcess {
  const { argv = process.argv.slice(2), where = {}, errorTypes = [], signals = false } = options
  if (isClusterWorker()) return NO_PROCESS
  const typed = sanitizeCommand(argv, program)
  if (!isUse(typed, program, options)) return NO_PROCESS
  // Off where it began is off to its end, wherever the project that opted out may lie by then. Debug mode says why.
  if (!telemetry.consent(where).recording && !telemetry.world.debug) return NO_PROCESS
  telemetry.warmUp(where)
  const command = followTyped(telemetry, () => typed, [...errorTypes, 'Interrupted'])
  let known: CommandOutcome = { where }
  let leave = () => {}
  const followed: FollowedProcess = {
    note: (outcome) => {
      known = withOutcome(known, outcome)
    },
    ended: (outcome) => {
      leave()
      leave = () => {}
      command.ended(withOutcome(known, outcome))
    },
  }
  leave = listenForEnd(
    followed,
    () => known.success !== false,
    signals ? endedBy(telemetry, followed) : undefined,
  )
  return followed
}

/** Whether `node:cluster` made this process: with the command line of the one that a person started, which counts alone. */
function isClusterWorker(): boolean {
  // Without a channel to a parent it is none, and then the module, which takes 3 ms, is not loaded.
  if (process.channel === undefined) return false
  // Its types are those of an ES module.
  const cluster: object = process.getBuiltinModule('node:cluster')
  return 'isWorker' in cluster && cluster.isWorker === true
}

type OnSignal = (signal: NodeJS.Signals) => void

/** What a signal ends is recorded, and ends by it all the same. */
function endedBy(telemetry: Telemetry, followed: FollowedProcess): OnSignal | undefined {
  // Linux keeps the signals that nobody listens to from the first process of a container: there it would not end.
  if (process.platform === 'win32' || process.pid === 1) return undefined
  return (signal) => {
    if (process.listenerCount(signal) > 0) return
    followed.ended({ success: false, error: new Interrupted() })
    telemetry.settle()
    leaveRawMode()
    process.kill(process.pid, signal)
  }
}

/** Node itself gives the terminal back to the shell as it was, but not any more where somebody listened to a signal. */
function leaveRawMode(): void {
  try {
    if (process.stdin.isTTY && process.stdin.isRaw) process.stdin.setRawMode(false)
  } catch {
    // A stdin that the program closed, or put something in place of.
  }
}

/**
 * Tells of the end of this process, however it comes. Gives the function that stops listening for it.
 * @param mayBeWell no failure was noted: then the exit code says whether it is one
 */
function listenForEnd(
  followed: FollowedProcess,
  mayBeWell: () => boolean,
  onSignal: OnSignal | undefined,
): () => void {
  const noteError = (error: unknown) => {
    followed.note({ error })
    // A listener before this one that throws: the exit is told to nobody behind it.
    if (isExiting()) followed.ended({ success: false })
  }
  // Node hands over 0 where it is about to leave with 13, because the program waits for what never comes.
  const atExit = (code: number) =>
    followed.ended({ success: mayBeWell() && Number(process.exitCode ?? code) === 0 })
  const removeRoom = makeListenerRoom()
  process.on('uncaughtExceptionMonitor', noteError)
  process.once('exit', atExit)
  // Before all other listeners, so that each of them finds what it would find without this one.
  if (onSignal) for (const signal of SIGNALS) process.prependOnceListener(signal, onSignal)
  return () => {
    process.off('uncaughtExceptionMonitor', noteError)
    process.off('exit', atExit)
    if (onSignal) for (const signal of SIGNALS) process.off(signal, onSignal)
    removeRoom()
  }
}

function isUse({ command, args }: SanitizedCommand, program: CommandSpec, options: FollowOptions): boolean {
  const { unrecorded = UNRECORDED, withoutCommand = program.default !== undefined } = options
  // `remote help add` asks as `help remote add` does.
  const isAside = (word: string, at: number) => (at === 0 || word === 'help') && unrecorded.includes(word)
  if (command.split(/[ :]/).some(isAside)) return false
  const questions = questionsAt(command.split(' '), program)
  if (args.some((arg) => questions.has(arg))) return false
  const isBare = command === NONE && (program.commands ?? []).length > 0
  // With a flag that doesn't exist the program was not asked for help: somebody was mistaken.
  return !isBare || withoutCommand || args.includes(FLAG)
}

/** The flags that ask, as they are declared at a command: one below may use the same letter for something else. */
function questionsAt(path: readonly string[], program: CommandSpec): ReadonlySet<string> {
  const found = new Set<string>()
  let place: CommandSpec | undefined = program
  for (const next of [...path, '']) {
    for (const { names, value } of place?.options ?? []) {
      const asks = value === 'none' && names.some((name) => QUESTIONS.includes(name))
      for (const name of names) asks ? found.add(name) : found.delete(name)
    }
    place = place?.commands?.find(({ name }) => name === next)
  }
  return found
}
