import { mkdtempSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BUILT_THREAD, bundle } from '../bundle.ts'
import {
  bringTheRest,
  ended,
  optOutIn,
  type RunningServer,
  requestsArrived,
  requestsDelivered,
  startServer,
} from '../follow.ts'
import { putBefore } from '../fronts.ts'
import { until } from '../processes.ts'
import { fixture, type Scene } from '../scene.ts'
import type { Fault } from './fault.ts'

/** Whatever happens to a server that is followed, and around it. */
export const SERVERS: readonly Fault[] = [
  {
    fault: 'a server is ended (SIGTERM) right after 300 requests',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const patient = await withSlowTimers(scene)
      const server = await startServer(scene, patient)
      const asked = await server.ask(300)
      await ended(scene, server, patient)
      await bringTheRest(scene, asked)
    },
  },
  {
    fault:
      'a server calls process.exit right after 300 requests, without close: the next command brings them',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      // So that its thread sends nothing that is kept at the exit as well.
      scene.receiver.misbehave({ instead: 'silence' })
      const leaves = { env: { LEAVES: '1' } }
      const server = await startServer(scene, leaves)
      const asked = await server.ask(300)
      await ended(scene, server, leaves)
      scene.receiver.misbehave()
      await bringTheRest(scene, asked)
    },
  },
  {
    fault:
      'a server hands over 30 requests, hears of nothing any more and exits: what its thread sent is not kept',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const works = { env: { WORKS: '3000' } }
      const server = await startServer(scene, works)
      const asked = await server.ask(30)
      await requestsDelivered(scene, asked)
      await ended(scene, server, works)
      await bringTheRest(scene, asked)
    },
  },
  {
    fault: 'a server is ended while PostHog hangs: the next command brings what it left',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence' })
      const server = await startServer(scene)
      const asked = await server.ask(50)
      await scene.receiver.requested(1)
      await ended(scene, server)
      if (scene.state.failures > 0) scene.noticed.push('the server waited for the end of the request')
      scene.receiver.misbehave()
      await bringTheRest(scene, asked)
    },
  },
  {
    fault: 'a server is ended while PostHog fails: its next start brings what it left',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 500 })
      const server = await startServer(scene)
      const asked = await server.ask(50)
      await scene.receiver.requested(1)
      await ended(scene, server)
      scene.receiver.misbehave()
      await scene.timePasses()
      const next = await startServer(scene)
      await requestsDelivered(scene, asked)
      await ended(scene, next)
    },
  },
  {
    fault: 'a server is killed (SIGKILL) under load: what was in its outbox arrives',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 503 })
      const server = await startServer(scene)
      const load = server.ask(2_000)
      await scene.receiver.requested(1)
      await server.end('SIGKILL')
      await load
      scene.note()
      scene.receiver.misbehave()
      await bringTheRest(scene)
    },
  },
  optOut('the person opts out', (scene) => scene.configure('telemetry_enabled: false\n'), 'off-for-good'),
  optOut('the project opts out', (scene) => optOutIn(scene.root), 'off'),
  optOutInPeace(
    'the person opts out while a server runs and all goes well',
    (scene) => scene.configure('telemetry_enabled: false\n'),
    'off-for-good',
  ),
  optOutInPeace(
    'a server loads an env file, and an opt-out is written there',
    (_scene, envFile) => writeFileSync(envFile, 'TOKEN=1\nexport  DO_NOT_TRACK=1\n'),
    'off',
  ),
  {
    fault: 'the person opts out while a server runs, and in again: what it was summing up is not sent',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const server = await startServer(scene)
      // Half of them ask for models; nobody does later on.
      await server.ask(200)
      await until('those at a person’s pace', () => requestsArrived(scene) >= 100)
      const known = eventsKnown(scene)
      scene.configure('telemetry_enabled: false\n')
      await asksOn(server, 'off-for-good')
      scene.configure('telemetry_enabled: true\n')
      const before = scene.receiver.events.length
      await until('a request counted', async () => {
        await server.ask(1)
        return scene.receiver.events.length > before
      })
      await ended(scene, server)
      await bringTheRest(scene)
      const late = scene.receiver.events
        .filter(({ uuid }) => !known.has(uuid))
        .map((event) => event.properties)
      const isSum = ({ endpoint, request_count: count }: (typeof late)[number]) =>
        String(endpoint).includes('models') && Number(count) > 1
      if (late.some(isSum)) scene.noticed.push('requests from before the opt-out')
    },
  },
  {
    fault: 'the configuration is half written for a moment: what a server had counted before is not lost',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const server = await startServer(scene)
      await requestsDelivered(scene, await server.ask(5))
      const asked = 5 + (await server.ask(20))
      scene.configure('telemetry_enabled: tr')
      // Its second may have ended just before: then some of them were on their way.
      await until('every request kept', () => eventsKnown(scene).size >= asked)
      scene.configure('telemetry_enabled: true\n')
      await requestsDelivered(scene, asked)
      await ended(scene, server)
    },
  },
  {
    fault: 'the env file of the project has half a million lines: what a server counts arrives',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const has = { env: { PROJECT: mkdtempSync(join(scene.root, 'project-')) } }
      writeFileSync(join(has.env.PROJECT, '.env'), `# DO_NOT_TRACK\n${'A=1\n'.repeat(490_000)}`)
      const server = await startServer(scene, has)
      await requestsDelivered(scene, await server.ask(5))
      await ended(scene, server, has)
    },
  },
  {
    fault: 'a server moves into the directory of another project, which has opted out',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const moves = { env: { MOVES: mkdtempSync(join(scene.root, 'elsewhere-')), PROJECT: '.' } }
      optOutIn(moves.env.MOVES)
      const server = await startServer(scene, moves)
      await requestsDelivered(scene, await server.ask(5))
      await ended(scene, server, moves)
    },
  },
]

/** A server that waits for its last delivery: of its two seconds, a busy machine may need more, and all of it is sent twice. */
async function withSlowTimers(scene: Scene) {
  const slow = fixture('slow-timers.mjs')
  const script = await bundle(scene, 'server.mjs')
  const loads = [slow, BUILT_THREAD].map(
    (file) => `await import(${JSON.stringify(pathToFileURL(file).href)})\n`,
  )
  writeFileSync(join(dirname(script), 'courier-thread.js'), loads.join(''))
  return { script, by: (file: string) => [process.execPath, '--import', slow, file] }
}

/** With PostHog hanging, so that a request is under way all the time. */
function optOut(who: string, optsOut: (scene: Scene) => void, says: 'off' | 'off-for-good'): Fault {
  return {
    fault: `${who} while a server runs and PostHog hangs: recording ends, nothing is sent any more`,
    events: ['all', 0, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence' })
      const front = await putBefore(scene)
      scene.sendTo(`http://127.0.0.1:${front.port}`)
      const server = await startServer(scene)
      await server.ask(5)
      await scene.receiver.requested(1)
      scene.note()
      const known = eventsKnown(scene)
      optsOut(scene)
      await asksOn(server, says)
      await until('the end of the request', () => front.open === 0)
      if (scene.state.failures > 0) scene.noticed.push('the request ran to its end')
      if (says === 'off-for-good') await until('an empty outbox', () => scene.outbox.waiting().length === 0)
      scene.receiver.misbehave()
      await ended(scene, server)
      nothingCame(scene, known)
    },
  }
}

/** With PostHog healthy, so that nothing but the opt-out ends the recording. The server has loaded an env file. */
function optOutInPeace(
  what: string,
  optsOut: (scene: Scene, envFile: string) => void,
  says: 'off' | 'off-for-good',
): Fault {
  return {
    fault: `${what}: recording ends`,
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const loads = { env: { ENV_FILE: join(scene.root, 'prod.env') } }
      writeFileSync(loads.env.ENV_FILE, 'TOKEN=1\n')
      const server = await startServer(scene, loads)
      await requestsDelivered(scene, await server.ask(5))
      const known = eventsKnown(scene)
      optsOut(scene, loads.env.ENV_FILE)
      await asksOn(server, says)
      await ended(scene, server, loads)
      nothingCame(scene, known)
    },
  }
}

/** The events that wait or have arrived, by uuid. */
function eventsKnown(scene: Scene): Set<string> {
  const waiting = scene.outbox.waiting().map((name) => name.slice(0, 36))
  return new Set([...waiting, ...scene.receiver.events.map(({ uuid }) => uuid)])
}

/** Asks a server right after an opt-out, and again when it has heard of it. */
async function asksOn(server: RunningServer, says: 'off' | 'off-for-good'): Promise<void> {
  await server.ask(5)
  await server.heard(says)
  await server.ask(5)
}

/** At its end a server hands over all that it has counted: by then, what it counted since would be there. */
function nothingCame(scene: Scene, known: ReadonlySet<string>): void {
  const fresh = [...eventsKnown(scene)].filter((uuid) => !known.has(uuid))
  if (fresh.length > 0) scene.noticed.push(`${fresh.length} events after the opt-out`)
}
