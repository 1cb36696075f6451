import { resolve } from 'node:path'
import type { CommandContext } from '../context.ts'
import { ListenError } from '../errors.ts'
import { type RunOptions, run } from './run.ts'

/** The flags of `visivo serve`. */
export interface ServeOptions extends RunOptions {
  /** 0 to 65535; 0 takes any free port. */
  readonly port: number
  readonly host: string
}

/**
 * `visivo serve`: what `run` does, then an HTTP server until Ctrl-C or SIGTERM, which are its normal end. Rejects with a
 * ListenError when the port is taken or the host is none of this machine's, before a model runs.
 */
export async function serve(options: ServeOptions, context: CommandContext): Promise<void> {
  const { workingDirectory, signal, stdout, stderr } = context
  const { host, port, outputDir } = options
  const { exposureWarning, requireAddress, startServer } = await import('@visivo/api')
  await run(options, context, () => requireAddress({ host, port }).catch(refuse))
  signal.throwIfAborted()
  const directory = resolve(workingDirectory, outputDir)
  const follower = await context.serving?.({ name: context.report.projectName })
  try {
    const middleware = follower ? [follower.middleware] : []
    const server = await startServer({ directory, host, port, middleware }).catch(refuse)
    const warning = exposureWarning(host)
    if (warning !== undefined) stderr.write(`${warning}\n`)
    stdout.write(`Serving on ${server.url} (Ctrl-C stops)\n`)
    await aborted(signal)
    await server.close()
  } finally {
    await follower?.close()
  }
  stdout.write('Stopped.\n')
}

function refuse(cause: unknown): never {
  throw new ListenError(cause instanceof Error ? cause.message : String(cause), { cause })
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
