import { isAbsolute, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, CommanderError } from 'commander'
import type { RunOptions } from './commands/run.ts'
import type { CommandContext, CommonOptions, Report } from './context.ts'
import { readEnvFile, requireEnvFile } from './env-file.ts'
import { exitCodeFor, NOWHERE, OutputError, ProjectError, UsageError } from './errors.ts'
import { interruptible, type SignalSource } from './interrupt.ts'
import { type CommandObserver, noObserver } from './observer.ts'
import { createProgram, DEFAULT_OUTPUT, type Invocation, isObserved } from './program.ts'
import { renderError } from './render-error.ts'

/** Everything outside of the program that a command touches, the file system apart. */
export interface World {
  /** Throws where it was deleted. */
  readonly cwd: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  readonly stdout: CommandContext['stdout']
  readonly stderr: CommandContext['stderr']
  readonly signals: SignalSource
  readonly observer: CommandObserver
}

/** The world of this process. */
export function processWorld(observer: CommandObserver = noObserver): World {
  const { env, stdout, stderr } = process
  return {
    // Not before somebody asks: `--help` and `telemetry off` need none, and it may have been deleted.
    get cwd() {
      return process.cwd()
    },
    env,
    stdout,
    stderr,
    signals: process,
    observer,
  }
}

/**
 * Does what a command line asks for and prints its errors. `argv` is without the interpreter and the script. Gives
 * the exit code: 0, 1 when the work failed, 2 for a wrong command line, 130 and 143 after SIGINT and SIGTERM.
 */
export async function runCli(argv: readonly string[], world: World = processWorld()): Promise<number> {
  const written = watchOutput(world)
  const request = readRequest(argv, world)
  if ('exitCode' in request) {
    const error = await failureOf(written)
    if (error !== undefined) world.stderr.write(renderError(error, false))
    return exitCodeFor(error) || request.exitCode
  }

  const { workingDir, envFile: askedEnvFile, verbose = false } = request.options
  const workingDirectory = placeToWork(world, workingDir)
  const compiled = compiledBefore(workingDirectory, request.options)
  const observed = isObserved(request.command)
  // Telemetry is switched off also where nobody writes to the pipe that the env file is.
  const envFile = readEnvFile(workingDirectory, askedEnvFile, observed)
  const env = { ...envFile.values, ...world.env }
  const report: Report = {}
  const observer = observed ? world.observer : noObserver
  const { program, command } = request
  await observer.started({ program, command, argv, workingDirectory, compiled, envFile, env })
  const error = await failureOf(async () => {
    await interruptible(world.signals, async (signal) => {
      signal.addEventListener('abort', () => observer.stopping?.({ error: signal.reason, report }))
      const run = await request.load()
      if (observed && workingDirectory === '') throw new ProjectError(NOWHERE)
      // What looks at telemetry has to work when the file is broken, and says so itself.
      if (observed) requireEnvFile(envFile, askedEnvFile)
      const { stdout, stderr } = world
      const { serving } = observer
      await run(request.options, { workingDirectory, envFile, env, stdout, stderr, signal, report, serving })
    })
    await written()
  })
  const exitCode = exitCodeFor(error)
  if (error !== undefined) world.stderr.write(renderError(error, verbose))
  await observer.ended({ error, exitCode, report })
  return exitCode
}

/** Absolute; empty where the working directory was deleted, which for telemetry is as good as an opt-out. */
function placeToWork(world: World, asked = '.'): string {
  if (isAbsolute(asked)) return resolve(asked)
  try {
    return resolve(world.cwd, asked)
  } catch {
    return ''
  }
}

/** What a command finds compiled, and works on; the directory is that of some other project, perhaps. */
function compiledBefore(workingDirectory: string, options: PlaceOptions): string | undefined {
  const { skipCompile = false, outputDir = DEFAULT_OUTPUT } = options
  return skipCompile && workingDirectory !== '' ? resolve(workingDirectory, outputDir) : undefined
}

/** The options of any command that say where it works. */
type PlaceOptions = CommonOptions & Partial<Pick<RunOptions, 'outputDir' | 'skipCompile'>>

/** An invocation with its options, or one that fails with a UsageError as soon as it is loaded. */
interface Request extends Omit<Invocation, 'command'> {
  readonly program: Command
  readonly command: Command | undefined
  readonly options: PlaceOptions
}

function readRequest(argv: readonly string[], world: World): Request | { readonly exitCode: number } {
  let named: Command | undefined
  let invocation: Invocation | undefined
  const program = createProgram({
    stdout: world.stdout,
    stderr: world.stderr,
    onCommand: (command) => {
      named = command
    },
    onInvocation: (one) => {
      invocation = one
    },
  })
  const options = () => (named ?? program).optsWithGlobals<PlaceOptions>()
  const failure = parse(program, argv)
  if (failure?.exitCode === 0) return { exitCode: 0 }
  // No command: commander has printed the help.
  if (failure?.code === 'commander.help') return { exitCode: 2 }
  if (invocation) return { program, options: options(), ...invocation }
  const usage = new UsageError(failure ? describe(failure) : 'there is no such command')
  const asked = { ...options(), ...placesIn(argv) }
  return { program, command: named, options: asked, load: () => Promise.reject(usage) }
}

/**
 * Of a command line that is wrong commander reads only a part; what it names anywhere may opt out all the same. Not so
 * of `-e`, which the program itself has read by then, wherever it stands.
 */
function placesIn(argv: readonly string[]): PlaceOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'working-dir': { type: 'string', short: 'w' },
      // So that its file is not taken for anything else.
      'env-file': { type: 'string', short: 'e' },
      'output-dir': { type: 'string', short: 'o' },
      'skip-compile': { type: 'boolean' },
    },
    strict: false,
  })
  const { 'working-dir': workingDir, 'output-dir': outputDir } = values
  return {
    ...(typeof workingDir === 'string' && { workingDir }),
    ...(typeof outputDir === 'string' && { outputDir }),
    ...(values['skip-compile'] && { skipCompile: true }),
  }
}

function parse(program: Command, argv: readonly string[]): CommanderError | undefined {
  try {
    program.parse(argv, { from: 'user' })
    return undefined
  } catch (error) {
    if (error instanceof CommanderError) return error
    throw error
  }
}

/** What exists is listed by the help; a value that is wrong has its own advice. */
function describe({ code, message }: CommanderError): string {
  const isUnknown = code === 'commander.unknownCommand' || code === 'commander.unknownOption'
  const advice = isUnknown ? '\nRun visivo --help, or visivo <command> --help.' : ''
  return message.replace(/^error: /, '') + advice
}

/** What the work rejects with; nothing where it is done. */
async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error ?? new Error('failed without an error')
  }
}

/**
 * Hears what becomes of what is printed, and gives what is asked at the end: it rejects with an OutputError where
 * stdout could not be written. What stderr does not take can be said nowhere.
 */
function watchOutput({ stdout, stderr }: World): () => Promise<void> {
  let failure: Error | undefined
  stderr.on('error', () => {})
  stdout.on('error', (error: Error) => {
    // `visivo compile | head -1`: nobody reads on, and that is nobody's error. The work goes on.
    if (!('code' in error) || error.code !== 'EPIPE') failure ??= error
  })
  return async () => {
    // A stream tells a turn later what became of its last write.
    await new Promise((resolve) => setImmediate(resolve))
    if (failure) throw new OutputError(`the output can't be written (${failure.message})`)
  }
}
