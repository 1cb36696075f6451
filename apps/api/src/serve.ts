import { isAbsolute } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { inOneLine } from './printable.ts'
import { projectDirectoryOf } from './project.ts'
import { exposureWarning } from './security.ts'
import { type RunningServer, startServer } from './server.ts'
import { openStore } from './store.ts'
import { readUsage, type Usage } from './usage.ts'
import { workingDirectory } from './working-directory.ts'

/** Where `serve` prints, and what tells it to end. */
export interface ServeWorld {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Settles when the server is to stop. Asked for only once it listens. */
  readonly untilStopped: () => Promise<unknown>
  /** Adds something that sees every request. Called once, before the server listens. */
  readonly instrument?: (facts: ServedProject) => Instrument | Promise<Instrument>
}

/** What an instrument may want to know. */
export interface ServedProject {
  /** The project's name as it stands in the compiled project. */
  readonly name: string
  /** The directory that is served. */
  readonly directory: string
  /** Where the project's own files lie. */
  readonly projectDirectory: string
  /** What is served says that its project opted out, which may not be here. */
  readonly isOptedOut: boolean
}

/** Something that watches requests. */
export interface Instrument {
  readonly middleware: MiddlewareHandler
  /** Awaited after the last request, before the process ends. */
  close(): Promise<void>
}

/**
 * The `visivo-api` program: reads its arguments (without node and the script), serves until it is told to
 * stop, and gives the exit code: 0, 1 when it can't serve, 2 for wrong usage. Never throws.
 */
export async function serve(args: readonly string[], world: ServeWorld): Promise<number> {
  const usage = readUsage(args, world)
  if ('exitCode' in usage) return usage.exitCode
  if (!isAbsolute(usage.directory) && workingDirectory() === '') {
    world.err(
      `The working directory does not exist any more. Change to another one, or give --directory in full.\n`,
    )
    return 1
  }

  const project = await openStore(usage.directory).project()
  if (project.state !== 'ok') {
    world.err(`${EXPLAIN[project.state](usage.directory)}\n`)
    return 1
  }
  const { name, isOptedOut } = project.value
  const { directory } = usage
  const projectDirectory = await projectDirectoryOf(directory, project.value.directory)
  const instrument = await world.instrument?.({ name, directory, projectDirectory, isOptedOut })
  try {
    return await serveUntilStopped(usage, name, world, instrument)
  } finally {
    await instrument?.close()
  }
}

const EXPLAIN = {
  missing: (directory: string) =>
    `There is no compiled project in ${directory}. Run \`visivo compile\` first (and \`visivo run\` for the ` +
    'data), or say with --directory where they wrote to.',
  unreadable: (directory: string) =>
    `The project.json in ${directory} can't be read. Run \`visivo compile\` again.`,
  'too-large': (directory: string) =>
    `The project.json in ${directory} is too large to be served. Split the project.`,
} as const

async function serveUntilStopped(
  usage: Usage,
  name: string,
  world: ServeWorld,
  instrument: Instrument | undefined,
): Promise<number> {
  const middleware = instrument ? [instrument.middleware] : []
  let server: RunningServer
  try {
    server = await startServer({ ...usage, middleware })
  } catch (error) {
    world.err(`${error instanceof Error ? error.message : 'The server did not start.'}\n`)
    return 1
  }
  const stopped = world.untilStopped()
  const warning = exposureWarning(usage.host)
  if (warning !== undefined) world.err(`${warning}\n`)
  world.out(`Serving ${inOneLine(name)} at ${server.url} (Ctrl-C stops it)\n`)
  await stopped
  await server.close()
  return 0
}
