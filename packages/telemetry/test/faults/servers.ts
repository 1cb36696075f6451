import { execFileSync } from 'node:child_process'
import { closeSync, constants, copyFileSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../bundle.ts'
import { type RunningServer, requestsArrived, requestsDelivered, startServer } from '../follow.ts'
import { until } from '../processes.ts'
import type { Scene } from '../scene.ts'
import type { Fault } from './fault.ts'

const BUILT_THREAD = fileURLToPath(new URL('../../dist/courier-thread.js', import.meta.url))

/** Whatever happens to a server that is followed, and around it. */
export const SERVERS: readonly Fault[] = [
  {
    fault: 'a server is ended (SIGTERM) right after 300 requests',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const server = await startServer(scene)
      const asked = await server.ask(300)
      await ended(scene, server)
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
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
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
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
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
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
      scene.receiver.misbehave()
      await bringTheRest(scene)
      await until('an empty outbox', () => scene.outbox.waiting().length === 0)
    },
  },
  optOut('the person opts out', (scene) => scene.configure('telemetry_enabled: false\n'), 'emptied'),
  optOut('the project opts out', (scene) => optOutIn(scene.root)),
  optOutInPeace('the person opts out while a server runs and all goes well', (scene) =>
    scene.configure('telemetry_enabled: false\n'),
  ),
  optOutInPeace('a server loads an env file, and an opt-out is written there', (_scene, envFile) =>
    writeFileSync(envFile, 'TOKEN=1\nexport  DO_NOT_TRACK=1\n'),
  ),
  {
    fault: 'the configuration is half written for a moment: what a server had counted before is not lost',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const server = await startServer(scene)
      await requestsDelivered(scene, await server.ask(5))
      const asked = 5 + (await server.ask(20))
      scene.configure('telemetry_enabled: tr')
      await until('the requests in the outbox', () => scene.outbox.waiting().length >= 20)
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
  {
    fault: 'the courier thread of a server dies: what it was handed waits, and another one takes over',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await bundle(scene, 'server.mjs')
      const thread = join(dirname(script), 'courier-thread.js')
      writeFileSync(thread, 'throw new Error("out of memory")\n')
      const server = await startServer(scene, { script })
      let asked = await server.ask(5)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      copyFileSync(BUILT_THREAD, thread)
      while (scene.receiver.events.length === 0) {
        asked += await server.ask(1)
        const kept = () => scene.outbox.waiting().length + requestsArrived(scene)
        await until('the last request kept', () => kept() >= asked)
      }
      await requestsDelivered(scene, asked)
      await ended(scene, server, { script })
    },
  },
  {
    fault:
      'the courier thread of a server is stuck and can’t be ended: close waits no longer, and nothing is lost',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const how = { script: await bundle(scene, 'server.mjs'), env: { EXITS: '1' } }
      const release = stuckThread(scene, dirname(how.script))
      const server = await startServer(scene, how)
      const asked = await server.ask(50)
      // Its first word after SIGTERM: `close` is over. Node itself lets no process end before its threads.
      server.child.once('message', release)
      await ended(scene, server, how)
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
    },
  },
  {
    fault:
      'the courier thread of a server dies while telemetry was off: when it is on again, requests are counted',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await bundle(scene, 'server.mjs')
      writeFileSync(
        join(dirname(script), 'courier-thread.js'),
        `(await import('node:worker_threads')).parentPort.postMessage({ kind: 'recording', consent: 'off' })
         throw new Error('out of memory')\n`,
      )
      const server = await startServer(scene, { script })
      while (scene.outbox.waiting().length === 0) await server.ask(1)
      await ended(scene, server, { script })
      await bringTheRest(scene)
      await until('an empty outbox', () => scene.outbox.waiting().length === 0)
    },
  },
  {
    fault: 'the outbox of a server can’t be written for a while: what it counted meanwhile is not lost',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const server = await startServer(scene)
      const first = await server.ask(1)
      await requestsDelivered(scene, first)
      rmSync(scene.places.outbox, { recursive: true })
      writeFileSync(scene.places.outbox, 'in the way')
      const asked = first + (await server.ask(5))
      // Nothing tells that it tried: requests are handed over once a second.
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      rmSync(scene.places.outbox)
      await requestsDelivered(scene, asked)
      await ended(scene, server)
    },
  },
  {
    fault: 'a server is bundled into one file: its events wait for another run',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await bundle(scene, 'server.mjs')
      const server = await startServer(scene, { script })
      const asked = await server.ask(50)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      await ended(scene, server, { script })
      if (scene.receiver.connections > 0) scene.noticed.push('a connection of its own')
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
    },
  },
  {
    fault: 'the project opts out while a server without a thread runs: nothing more is written',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const PROJECT = mkdtempSync(join(scene.root, 'project-'))
      const how = { script: await bundle(scene, 'server.mjs'), env: { PROJECT } }
      const server = await startServer(scene, how)
      const asked = await server.ask(5)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      optOutIn(PROJECT)
      await server.ask(5)
      await ended(scene, server, how)
      if (scene.outbox.waiting().length > asked) scene.noticed.push('events after the opt-out')
      await bringTheRest(scene)
      await requestsDelivered(scene, asked)
    },
  },
]

/** SIGTERM; a server that is not followed ends in the same way. */
async function ended(
  scene: Scene,
  server: RunningServer,
  how: Parameters<typeof startServer>[1] = {},
): Promise<void> {
  const on = await server.end('SIGTERM')
  scene.note()
  const off = await startServer(scene, { ...how, env: { ...how.env, VISIVO_TELEMETRY_DISABLED: '1' } })
  scene.compare(on, await off.end('SIGTERM'))
}

/** A while later somebody runs a command: its event is no request. */
async function bringTheRest(scene: Scene): Promise<void> {
  await scene.timePasses()
  await scene.command()
}

/**
 * Puts a courier thread there that waits in the middle of a call, as for a system's resolver that never answers: no
 * thread is ended then. Gives what lets it go on.
 */
function stuckThread(scene: Scene, directory: string): () => void {
  const pipe = join(scene.root, 'pipe')
  execFileSync('mkfifo', [pipe])
  const waits = `(await import('node:child_process')).spawnSync('cat', [${JSON.stringify(pipe)}])`
  writeFileSync(join(directory, 'courier-thread.js'), `${waits}\n`)
  const release = () => closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK))
  let isReleased = false
  scene.onClose(() => isReleased || release())
  return () => {
    isReleased = true
    release()
  }
}

function optOutIn(directory: string): void {
  writeFileSync(join(directory, 'project.visivo.yml'), 'defaults:\n  telemetry_enabled: false\n')
}

/** With PostHog hanging, so that a request is under way all the time. */
function optOut(who: string, optsOut: (scene: Scene) => void, outbox?: 'emptied'): Fault {
  return {
    fault: `${who} while a server runs and PostHog hangs: recording ends, nothing is sent any more`,
    events: ['all', 0, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence' })
      const server = await startServer(scene)
      await server.ask(5)
      await scene.receiver.requested(1)
      scene.note()
      optsOut(scene)
      await quiet(scene, server)
      if (outbox) await until('an empty outbox', () => scene.outbox.waiting().length === 0)
      scene.receiver.misbehave()
      await ended(scene, server)
      if (scene.state.failures > 0) scene.noticed.push('the request ran to its end')
    },
  }
}

/** With PostHog healthy, so that nothing but the opt-out ends the recording. The server has loaded an env file. */
function optOutInPeace(what: string, optsOut: (scene: Scene, envFile: string) => void): Fault {
  return {
    fault: `${what}: recording ends`,
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const loads = { env: { ENV_FILE: join(scene.root, 'prod.env') } }
      writeFileSync(loads.env.ENV_FILE, 'TOKEN=1\n')
      const server = await startServer(scene, loads)
      await requestsDelivered(scene, await server.ask(5))
      optsOut(scene, loads.env.ENV_FILE)
      await quiet(scene, server)
      await ended(scene, server, loads)
    },
  }
}

/** Asks until requests leave nothing any more, neither in the outbox nor with PostHog. */
async function quiet(scene: Scene, server: RunningServer): Promise<void> {
  const eventsKnown = () =>
    new Set([
      ...scene.outbox.waiting().map((name) => name.slice(0, 36)),
      ...scene.receiver.events.map(({ uuid }) => uuid),
    ])
  const known = eventsKnown()
  for (let silent = 0; silent < 3; ) {
    await server.ask(1)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const fresh = [...eventsKnown()].filter((uuid) => !known.has(uuid))
    for (const uuid of fresh) known.add(uuid)
    silent = fresh.length === 0 ? silent + 1 : 0
  }
}
