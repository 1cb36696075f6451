import { Argument, Command, InvalidArgumentError } from 'commander'
import type { CommandFunction, CommonOptions, Output } from './context.ts'
import { telemetryCommands } from './telemetry-program.ts'
import { readVersion } from './version.ts'
import { wholeNumber } from './whole-number.ts'

/** What the command line asked for: a declared command, and how its code is loaded once it runs. */
export interface Invocation {
  readonly command: Command
  readonly load: () => Promise<CommandFunction<CommonOptions>>
}

/** Makes an action that tells the host which command was meant; `load` gives the command's code, once it is to run. */
export type Invoke = <Options extends CommonOptions>(
  load: (command: Command) => Promise<CommandFunction<Options>>,
) => (...args: readonly unknown[]) => void

/** Where the program says things, and whom it tells what was asked for. */
export interface ProgramHost {
  readonly stdout: Output
  readonly stderr: Output
  /** Called while parsing, with every command on the way to the one that was meant. */
  readonly onCommand: (command: Command) => void
  readonly onInvocation: (invocation: Invocation) => void
}

/** Where results go, below the working directory. */
export const DEFAULT_OUTPUT = 'target'
const DEFAULT_THREADS = 8
const DEFAULT_PORT = 8000
/** Nobody is told about these and what is below them: asking about telemetry, or for a script, is no use of the tool. */
const UNOBSERVED: readonly string[] = ['telemetry', 'completion']

/** Whether a CommandObserver is told about this command, and about mistakes in its command line. */
export function isObserved(command: Command | undefined): boolean {
  const parent = command?.parent
  if (!command || !parent) return true
  return parent.parent ? isObserved(parent) : !UNOBSERVED.includes(command.name())
}

/**
 * The declared tree of commands and flags. Parsing runs nothing: it tells the host which command is meant, or throws
 * a CommanderError (its exitCode is 0 after --help and --version). It never ends the process.
 */
export function createProgram(host: ProgramHost): Command {
  const program = new Command('visivo')
    .description('Compiles, runs and serves BI-as-code projects.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    // Node looks for a file behind `--env-file` in its own arguments and the script's alike, and ends where there is none.
    .option(
      '-e, --env-file <file>',
      'file with environment variables (default: .env); write -e, Node takes --env-file for its own',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--verbose', 'print the stack of an error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      // A wrong command line is an error like any other: whoever catches it prints it.
      outputError: () => {},
    })
    .exitOverride()
  const invoke: Invoke =
    (load) =>
    (...args) => {
      const command = args.at(-1)
      if (!(command instanceof Command)) throw new TypeError('commander passes the command last')
      host.onInvocation({ command, load: () => load(command) as ReturnType<Invocation['load']> })
    }

  compileFlags(program.command('compile'))
    .description('read and check the project, count its objects, write project.json')
    .action(invoke(async () => (await import('./commands/compile.ts')).compile))
  runFlags(compileFlags(program.command('run')))
    .description('execute the models and write their results')
    .action(invoke(async () => (await import('./commands/run.ts')).run))
  serveFlags(runFlags(compileFlags(program.command('serve'))))
    .description('run, then serve the project and its data over HTTP')
    .action(invoke(async () => (await import('./commands/serve.ts')).serve))

  telemetryCommands(program, invoke)
  program
    .command('completion')
    .description('print a script that completes commands and flags in your shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', COMPLETION_HELP)
    .action(invoke(async (command) => (await import('./commands/completion.ts')).completionOf(command)))

  return reportCommands(program, host)
}

const COMPLETION_HELP = `
Add one line to your shell's start file:
  bash  ~/.bashrc                   source <(visivo completion bash)
  zsh   ~/.zshrc, after compinit    source <(visivo completion zsh)
  fish  ~/.config/fish/config.fish  visivo completion fish | source`

function compileFlags(command: Command): Command {
  return command
    .option('-w, --working-dir <dir>', 'work as if started in this directory')
    .option('-o, --output-dir <dir>', 'where results go', DEFAULT_OUTPUT)
    .option('-s, --source <name>', 'source of the models that name none')
}

function runFlags(command: Command): Command {
  return command
    .option(
      '--dag-filter <filter>',
      'run only these: name, +name, name+, 2+name, name+1; several with commas',
      (filter: string, before?: string) => (before === undefined ? filter : `${before},${filter}`),
    )
    .option('--threads <number>', 'models executed at once', wholeNumber(1, 1024), DEFAULT_THREADS)
    .option('--skip-compile', 'use the project.json that is there')
}

function serveFlags(command: Command): Command {
  return command
    .option(
      '-p, --port <number>',
      'port to listen on; 0 takes any free one',
      wholeNumber(0, 65535),
      DEFAULT_PORT,
    )
    .option(
      '--host <address>',
      'address to listen on; others than the loopback are open to the network',
      toHost,
      '127.0.0.1',
    )
}

/** An empty one, as a variable leaves that is not set, would listen on every address of the machine. */
function toHost(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must be an address, such as 127.0.0.1.')
}

/** commander doesn't say which command a wrong flag was given to; the hook knows, at every level. */
function reportCommands(command: Command, host: ProgramHost): Command {
  // A command with others below it says itself that there is no such one.
  command.allowExcessArguments(command.commands.length > 0)
  command.hook('preSubcommand', (_parent, subcommand) => host.onCommand(subcommand))
  for (const child of command.commands) reportCommands(child, host)
  return command
}
