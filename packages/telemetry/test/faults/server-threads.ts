import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
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
import { until } from '../processes.ts'
import { fixture, type Scene } from '../scene.ts'
import type { Fault } from './fault.ts'

/** What happens to the courier thread of a server, and to one that has none. */
export const SERVER_THREADS: readonly Fault[] = [
  {
    fault: 'the courier thread of a server dies: what it was handed waits, and another one takes over',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await withThread(scene, 'throw new Error("out of memory")\n')
      const server = await startServer(scene, { script })
      let asked = await server.ask(5)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      copyFileSync(BUILT_THREAD, threadBeside(script))
      await until('another thread', async () => {
        asked += await server.ask(1)
        const kept = () => scene.outbox.waiting().length + requestsArrived(scene)
        await until('the last request kept', () => kept() >= asked)
        return scene.receiver.events.length > 0
      })
      await requestsDelivered(scene, asked)
      await ended(scene, server, { script })
    },
  },
  {
    fault:
      'the courier thread of a server dies and a command sends what it was handed: at its end the server sends none of it again',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await withThread(
        scene,
        `(await import('node:worker_threads')).parentPort.on('message', () => {
           throw new Error('out of memory')
         })\n`,
      )
      const server = await startServer(scene, { script })
      const asked = await server.ask(5)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      await bringTheRest(scene, asked)
      await ended(scene, server, { script })
      await bringTheRest(scene, asked)
    },
  },
  {
    fault:
      'the courier thread of a server is stuck and can’t be ended: close waits two seconds at most, and nothing is lost',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const how = {
        script: await bundle(scene, 'server.mjs'),
        env: { EXITS: '1' },
        by: (script: string) => [process.execPath, '--import', fixture('short-timers.mjs'), script],
      }
      const release = stuckThread(scene, how.script)
      const server = await startServer(scene, how)
      const asked = await server.ask(50)
      // Node itself lets no process end before its threads.
      await Promise.all([server.closed().then(release), ended(scene, server, how)])
      await bringTheRest(scene, asked)
    },
  },
  {
    fault:
      'the courier thread of a server dies while telemetry was off: when it is on again, requests are counted',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await withThread(
        scene,
        `(await import('node:worker_threads')).parentPort.postMessage({ kind: 'recording', consent: 'off' })
         throw new Error('out of memory')\n`,
      )
      // Then it hears of the death before it hears what was said last.
      const how = { script, env: { BUSY: '1000' } }
      const server = await startServer(scene, how)
      await countsAgain(scene, server, how)
    },
  },
  {
    fault:
      'the courier thread of a server says off and dies later: when it is on again, requests are counted',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const over = join(scene.root, 'over')
      const script = await withThread(
        scene,
        `const { existsSync } = await import('node:fs')
         const { parentPort } = await import('node:worker_threads')
         setInterval(() => {
           if (existsSync(${JSON.stringify(over)})) throw new Error('out of memory')
           parentPort.postMessage({ kind: 'recording', consent: 'off' })
         }, 50)\n`,
      )
      const server = await startServer(scene, { script })
      await server.heard('off')
      writeFileSync(over, '')
      await countsAgain(scene, server, { script })
    },
  },
  {
    fault: 'a secret stands in the environment of a server: its courier thread is given none of it',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const given = join(scene.root, 'given.json')
      const script = await withThread(
        scene,
        `(await import('node:fs')).writeFileSync(${JSON.stringify(given)}, JSON.stringify(process.env))
         await import(${JSON.stringify(pathToFileURL(BUILT_THREAD).href)})\n`,
      )
      const how = { script, env: { TOKEN: 'hunter2', POSTHOG_CAPTURE_MODE: 'v1' } }
      const server = await startServer(scene, how)
      await requestsDelivered(scene, await server.ask(5))
      if (readFileSync(given, 'utf8') !== '{}') scene.noticed.push(readFileSync(given, 'utf8'))
      await ended(scene, server, how)
    },
  },
  {
    fault:
      'the courier thread of a server prints something, as Node does with its warnings: the server prints none of it',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const script = await withThread(
        scene,
        `console.log('a word')
         process.emitWarning('and a warning')
         await import(${JSON.stringify(pathToFileURL(BUILT_THREAD).href)})\n`,
      )
      const server = await startServer(scene, { script })
      await requestsDelivered(scene, await server.ask(5))
      await ended(scene, server, { script })
    },
  },
  {
    fault:
      'a server is started with a module to load first (--import): its courier thread does not load it as well',
    events: ['all', 'all', 0],
    happens: async (scene) => {
      const first = join(scene.root, 'first.mjs')
      const seen = join(scene.root, 'seen')
      writeFileSync(
        first,
        `import { appendFileSync } from 'node:fs'
         import { isMainThread } from 'node:worker_threads'
         appendFileSync(${JSON.stringify(seen)}, isMainThread ? 'server ' : 'thread ')\n`,
      )
      const how = {
        by: (script: string) => [process.execPath, '--import', pathToFileURL(first).href, script],
      }
      const server = await startServer(scene, how)
      await requestsDelivered(scene, await server.ask(5))
      if (readFileSync(seen, 'utf8') !== 'server ') scene.noticed.push(readFileSync(seen, 'utf8'))
      await ended(scene, server, how)
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
      await server.tried(asked)
      rmSync(scene.places.outbox)
      await requestsDelivered(scene, asked)
      await ended(scene, server)
    },
  },
  withoutRoom(
    'a server has no address space for a thread (ulimit -v)',
    (scene) => `-v ${roomForHalf(scene, 'VmSize')}`,
  ),
  withoutRoom(
    'a server has no memory for a thread (ulimit -d)',
    (scene) => `-d ${roomForHalf(scene, 'VmData')}`,
  ),
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
      await bringTheRest(scene, asked)
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
      // Who opts out while they are being written takes them along.
      await server.settled()
      optOutIn(PROJECT)
      await server.ask(5)
      await ended(scene, server, how)
      if (scene.outbox.waiting().length > asked) scene.noticed.push('events after the opt-out')
      await bringTheRest(scene, asked)
    },
  },
]

/** A server in one file, with this in place of its courier thread; gives where it is. */
async function withThread(scene: Scene, code: string): Promise<string> {
  const script = await bundle(scene, 'server.mjs')
  writeFileSync(threadBeside(script), code)
  return script
}

function threadBeside(script: string): string {
  return join(dirname(script), 'courier-thread.js')
}

/** Asks it until a request is counted, ends it, and sees all of them arrive. */
async function countsAgain(
  scene: Scene,
  server: RunningServer,
  how: Parameters<typeof ended>[2],
): Promise<void> {
  await until('a request counted', async () => {
    await server.ask(1)
    return scene.outbox.waiting().length > 0
  })
  await ended(scene, server, how)
  await bringTheRest(scene)
}

/** A server below a limit of the shell's `ulimit`, under which V8 would end the process that starts a thread. */
function withoutRoom(what: string, limit: (scene: Scene) => string): Fault {
  return {
    fault: `${what}: it lives, and its events wait for another run`,
    events: ['all', 'all', 0],
    impossible: () => (process.platform === 'linux' ? undefined : 'only Linux keeps to that limit'),
    happens: async (scene) => {
      const limited = `ulimit ${limit(scene)} && exec "$0" "$1"`
      const by = (script: string) => ['bash', '-c', limited, process.execPath, script]
      const server = await startServer(scene, { by })
      const asked = await server.ask(50)
      await until('events in the outbox', () => scene.outbox.waiting().length === asked)
      await ended(scene, server, { by })
      await bringTheRest(scene, asked)
    },
  }
}

/** What Node takes when it has just loaded a server, and half of what it takes for a thread beside it, in kilobytes. */
function roomForHalf(scene: Scene, kind: 'VmSize' | 'VmData'): number {
  const script = join(scene.root, 'room.mjs')
  writeFileSync(
    script,
    `import 'node:http'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
const taken = () => Number(/^${kind}:\\s+(\\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
const alone = taken()
const thread = new Worker('setInterval(() => {}, 1_000)', { eval: true })
thread.once('online', () => {
  console.log(String(Math.round(alone + (taken() - alone) / 2)))
  thread.terminate()
})
`,
  )
  return Number(execFileSync(process.execPath, [script], { encoding: 'utf8' }))
}

/**
 * Puts a courier thread there that waits in the middle of a call, as for a system's resolver that never answers: no
 * thread is ended then. Gives what lets it go on.
 */
function stuckThread(scene: Scene, script: string): () => void {
  const pipe = join(scene.root, 'pipe')
  execFileSync('mkfifo', [pipe])
  const waits = `(await import('node:child_process')).spawnSync('cat', [${JSON.stringify(pipe)}])`
  writeFileSync(threadBeside(script), `${waits}\n`)
  const release = () => closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK))
  let isReleased = false
  scene.onClose(() => isReleased || release())
  return () => {
    isReleased = true
    release()
  }
}
