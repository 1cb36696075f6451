import { join } from 'node:path'
import { createTelemetry, type Telemetry, type Where } from '@visivo/telemetry'
import { followRequests } from '@visivo/telemetry/hono'
import { type FollowedServer, followServer } from '@visivo/telemetry/server'
import { openFileCache } from './file-cache.ts'
import { readJson } from './json-file.ts'
import { releasedVisivo } from './product.ts'
import { interpretProject, projectDirectoryOf } from './project.ts'
import type { Instrument, ServedProject } from './serve.ts'
import { version } from './version.ts'
import { workingDirectory } from './working-directory.ts'

/** How long the answer to whether what is served says off is taken for true, in milliseconds. */
const ASK_AGAIN = 1_000

/**
 * Lets telemetry see every request of a server, as one that is part of a program's run.
 * With telemetry off it sees nothing and starts nothing.
 */
export function instrumentWith(
  telemetry: Telemetry,
  project: { readonly name: string | undefined },
  where: Where,
): Instrument {
  return instrumentOf(followServer(telemetry, { projectName: project.name, where }))
}

function instrumentOf(server: FollowedServer): Instrument {
  return { middleware: followRequests(server), close: () => server.close() }
}

/** Where a program was started, as it is asked for consent as long as it knows of no project elsewhere. */
type StartedHere = Where & { readonly projectDirectory: string }

/**
 * The place to ask for consent where a program works on a project: it may have opted out where it lies; and so may the
 * one that the program is started in, whose output may have been copied; and what is served may say so, where nothing but
 * the output is.
 */
function whereOfProject(
  here: StartedHere,
  { projectDirectory, isOptedOut }: Pick<ServedProject, 'projectDirectory' | 'isOptedOut'>,
): Where {
  const { projectDirectory: startedIn } = here
  // Nearly always it is the same.
  const place = startedIn === projectDirectory ? here : { ...here, projectDirectory, startedIn }
  return isOptedOut ? { ...place, optedOut: 'defaults.telemetry_enabled in project.json' } : place
}

/** The same where only the directory of a compiled project is known, which may turn out to hold none. */
export async function whereOfCompiled(here: StartedHere, output: string): Promise<Where> {
  const found = await readJson(join(output, 'project.json'), interpretProject)
  const { directory, isOptedOut = false } = found.state === 'ok' ? found.value : {}
  return whereOfProject(here, {
    projectDirectory: await projectDirectoryOf(output, directory),
    isOptedOut,
  })
}

/** The same as `instrumentWith` for `visivo-api`, which is a program of its own. */
export function instrument(project: ServedProject): Instrument {
  const telemetry = createTelemetry({ version, product: releasedVisivo() })
  const where = whereOfProject({ projectDirectory: workingDirectory() }, project)
  const server = followServer(telemetry, { projectName: project.name, where })
  return instrumentOf(heeding(server, join(project.directory, 'project.json')))
}

/**
 * A server whose requests do not count while the compiled project in this file says off: where nothing but the output is,
 * it is exchanged while it is served. It is asked behind an answer, which waits for nothing.
 */
function heeding(server: FollowedServer, file: string): FollowedServer {
  if (server.isOff) return server
  const load = (path: string) => readJson(path, (json) => interpretProject(json)?.isOptedOut)
  const read = openFileCache({ load, maxBytes: Number.POSITIVE_INFINITY })
  let isOptedOut = false
  let asked = Number.NEGATIVE_INFINITY
  let answer = Promise.resolve()
  const ask = async () => {
    const found = await read(file)
    // While it is written, it is as it was.
    if (found.state === 'ok') isOptedOut = found.value
  }
  const answered = () => {
    if (performance.now() - asked > ASK_AGAIN) {
      asked = performance.now()
      answer = ask()
    }
    return answer
  }
  return {
    request: (request) => void answered().then(() => isOptedOut || server.request(request)),
    close: () => {
      const last = answered()
      // Whoever was cut off tells so in the next moment, and is not to wait for a file beyond it.
      asked = Number.POSITIVE_INFINITY
      return last.then(() => server.close())
    },
  }
}
