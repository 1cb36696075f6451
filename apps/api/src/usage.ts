import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { version } from './version.ts'

/** What the arguments of `visivo-api` ask for. */
export interface Usage {
  /** The directory that `visivo compile` wrote to. */
  readonly directory: string
  readonly host: string
  /** 0 to 65535. */
  readonly port: number
}

/** Where help, version and complaints go. */
interface Output {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/**
 * Reads the arguments (without node and the script). When there is nothing to serve it has already printed
 * why, and gives the exit code: 0 after `--help` and `--version`, 2 for wrong usage.
 */
export function readUsage(args: readonly string[], output: Output): Usage | { readonly exitCode: number } {
  const command = new Command('visivo-api')
    .description('Serves a compiled Visivo project and its data over HTTP.')
    .option('-d, --directory <directory>', 'where `visivo compile` and `visivo run` wrote to', 'target')
    .option('-p, --port <number>', 'the port to listen on; 0 takes any free one', toPort, 8000)
    .option(
      '--host <address>',
      'the address to listen on; others than the loopback are open to the network',
      toHost,
      '127.0.0.1',
    )
    .version(version)
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .exitOverride()
  try {
    return command.parse(args, { from: 'user' }).opts<Usage>()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return { exitCode: error.exitCode === 0 ? 0 : 2 }
  }
}

/** An empty one, as a variable leaves that is not set, would listen on every address of the machine. */
function toHost(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must be an address, such as 127.0.0.1.')
}

function toPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65535) return port
  throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
}
