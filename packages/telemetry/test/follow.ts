import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { StandingConsent } from '../src/standing-consent.ts'
import type { FromThread } from '../src/thread-messages.ts'
import { type Seen, until } from './processes.ts'
import { type CommandRun, fixture, type Scene } from './scene.ts'

/** What the server of the fixture says. */
interface Word {
  readonly port?: number
  /** By its courier thread. */
  readonly said?: FromThread
  /** So many events, to its courier thread. */
  readonly handed?: number
  readonly closedIn?: number
}

/** A server in a process of its own, and its clients. */
export interface RunningServer {
  readonly child: ChildProcess
  /** Sends so many requests, ten at a time, and gives how many were answered. */
  ask(count: number): Promise<number>
  /** Waits until it is done with what it was at, by a request that it counts for nothing. */
  settled(): Promise<unknown>
  /** Waits until it hears, from now on, what its thread finds of the opt-outs. */
  heard(consent: StandingConsent): Promise<void>
  /** Waits until its thread has tried to write so many events, of all that it was ever handed. */
  tried(count: number): Promise<void>
  /** Waits until its `close` is over. */
  closed(): Promise<void>
  /** Ends it; gives what was seen of it. */
  end(signal: NodeJS.Signals): Promise<Seen>
}

/** Starts the server of the fixture with telemetry on; `env` may say otherwise. */
export async function startServer(
  scene: Scene,
  options: Pick<CommandRun, 'env' | 'script' | 'by'> = {},
): Promise<RunningServer> {
  const { by = (script) => [process.execPath, script] } = options
  const [file = '', ...args] = by(options.script ?? fixture('server.mjs'))
  const child = spawn(file, args, {
    cwd: scene.root,
    env: { ...scene.env, PROJECT: scene.root, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const exit = once(child, 'exit')
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')))
  scene.onClose(() => child.kill('SIGKILL'))
  const died = exit.then(async () => {
    throw new Error(`the server ended before it listened: ${(await output).join('')}`)
  })
  const words: Word[] = []
  const listens = new Promise<number>((resolve) => {
    child.on('message', (word: Word) => {
      words.push(word)
      if (word.port !== undefined) resolve(word.port)
    })
  })
  const port = await Promise.race([listens, died])
  const recordings = () => words.flatMap(({ said }) => (said?.kind === 'recording' ? [said.consent] : []))
  const one = (index: number) =>
    fetch(`http://127.0.0.1:${port}/${index % 2 ? 'models' : 'charts'}/x`).then(
      (response) => response.text().then(() => 1),
      () => 0,
    )
  return {
    child,
    ask: async (count) => {
      let answered = 0
      for (let index = 0; index < count; index += 10)
        for (const one_ of await Promise.all(
          Array.from({ length: Math.min(10, count - index) }, (_, at) => one(at)),
        ))
          answered += one_
      return answered
    },
    settled: () => fetch(`http://127.0.0.1:${port}/settled`).then((response) => response.text()),
    heard: async (consent) => {
      const before = recordings().length
      await until(`hearing ${consent}`, () => recordings().slice(before).includes(consent))
    },
    tried: async (count) => {
      const handed = () => words.reduce((sum, word) => sum + (word.handed ?? 0), 0)
      await until(`${count} events handed over`, () => handed() >= count)
      // It reads what it was handed, and tries again, between two of its words.
      const before = recordings().length
      await until('two more words', () => recordings().length >= before + 2)
    },
    closed: () => until('the end of close', () => words.some(({ closedIn }) => closedIn !== undefined)),
    end: async (signal) => {
      child.kill(signal)
      const [code, by] = await exit
      const [stdout = '', stderr = ''] = await output
      return { stdout, stderr, code, signal: by }
    },
  }
}

/** How many requests the events that arrived speak of, each event once. */
export function requestsArrived(scene: Scene): number {
  const events = new Map(scene.receiver.events.map((event) => [event.uuid, event]))
  return [...events.values()].reduce((sum, { properties }) => sum + Number(properties.request_count ?? 0), 0)
}

/** Waits until the events that arrived speak of so many requests, and none waits. */
export async function requestsDelivered(scene: Scene, count: number): Promise<void> {
  await until(`${count} requests told`, () => requestsArrived(scene) >= count)
  await until('an empty outbox', () => scene.outbox.waiting().length === 0)
  if (requestsArrived(scene) !== count)
    scene.noticed.push(`${requestsArrived(scene)} requests told, not ${count}`)
}

/** SIGTERM; a server that is not followed ends in the same way. */
export async function ended(
  scene: Scene,
  server: RunningServer,
  how: Parameters<typeof startServer>[1] = {},
): Promise<void> {
  const on = await server.end('SIGTERM')
  scene.note()
  const off = await startServer(scene, { ...how, env: { ...how.env, VISIVO_TELEMETRY_DISABLED: '1' } })
  scene.compare(on, await off.end('SIGTERM'))
}

/**
 * A while later somebody runs a command, whose event is no request: until all that waited is gone.
 * @param asked how many requests have to be told by then, where that can be known
 */
export async function bringTheRest(scene: Scene, asked?: number): Promise<void> {
  await scene.timePasses()
  await scene.command()
  if (asked !== undefined) await requestsDelivered(scene, asked)
  await until('an empty outbox', () => scene.outbox.waiting().length === 0)
}

/** The opt-out of a project that lies in a directory. */
export function optOutIn(directory: string): void {
  writeFileSync(join(directory, 'project.visivo.yml'), 'defaults:\n  telemetry_enabled: false\n')
}
