import { fork } from 'node:child_process'
import { once } from 'node:events'
import { startReceiver } from '@visivo/telemetry/testing'
import { newHome } from './commands.mjs'
import { environmentOf, pause, programFile, timeProcess, until } from './processes.mjs'
import { shuffled } from './statistics.mjs'

/** What is loaded: processes by what their PostHog does, and one without telemetry. */
export const SERVERS = {
  none: undefined,
  healthy: {},
  hanging: { instead: 'silence' },
  failing: { status: 500 },
}
/** What serves: Node alone, and a framework on top of it. */
export const FRAMEWORKS = ['http', 'hono']
/** How many connections load a port at once. */
export const CONNECTIONS = 50

const children = new Set()

/**
 * Servers of one framework that live at the same time and are loaded in turn, slice by slice, so that all meet
 * the same noise; fewer slices where they take longer than `seconds`. Every process but `none` answers on two
 * ports, one followed and one `plain`. Gives for each process
 * `{ rounds: [{ plain, followed }], served, arrived }`, a slice being `{ perSecond, p99, cpu, megabytes }`.
 */
export async function loadServers(scratch, framework, { rounds, seconds, milliseconds }, progress) {
  const load = start(fork(programFile('load')))
  const servers = await Promise.all(
    Object.entries(SERVERS).map(([name, how]) => startServer(scratch, framework, name, how)),
  )
  const ports = servers.flatMap((server) => Object.keys(server.ports).map((kind) => ({ server, kind })))
  // Until everything is compiled, and a burst is over.
  for (const port of ports) await slice(port, load, Math.min(4 * milliseconds, 2_000))
  const end = performance.now() + seconds * 1_000
  for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (const server of shuffled(servers)) {
      server.rounds[round] = {}
      // What is compared runs next to each other, for the machine is another one a few seconds later.
      for (const kind of shuffled(Object.keys(server.ports)))
        server.rounds[round][kind] = await slice({ server, kind }, load, milliseconds)
    }
  }
  load.kill()
  progress(`until all that was counted has arrived`)
  const results = await Promise.all(servers.map(endServer))
  return Object.fromEntries(results.map(({ name, ...result }) => [name, result]))
}

/** Ends the servers and their load, when the bench itself is ended. */
export function endServers() {
  for (const child of children) child.kill('SIGKILL')
}

async function startServer(scratch, framework, name, how) {
  const home = newHome(scratch, `${framework} ${name}`)
  const receiver = await startReceiver()
  if (how) receiver.misbehave(how)
  const env = environmentOf(home.path, receiver.url, {
    BENCH_FRAMEWORK: framework,
    BENCH_FOLLOWED: how ? 'yes' : 'no',
  })
  const child = start(fork(programFile('server'), { env }))
  const [ports] = await once(child, 'message')
  return { name, isFollowed: how !== undefined, home, receiver, env, child, ports, rounds: [], served: 0 }
}

async function slice({ server, kind }, load, milliseconds) {
  const before = await ask(server.child, 'usage')
  const { requests, perSecond, p99 } = await ask(load, {
    port: server.ports[kind],
    connections: CONNECTIONS,
    milliseconds,
  })
  const after = await ask(server.child, 'usage')
  if (kind === 'followed') server.served += requests
  const microseconds = (key) => ((after[key] - before[key]) / requests) * 1_000
  // Let the courier of this server end its work before the next one is measured.
  await pause(100)
  return {
    perSecond,
    p99,
    cpu: microseconds('main'),
    threads: (after.all - before.all - (after.main - before.main)) / milliseconds,
    megabytes: after.megabytes,
  }
}

/** Ends a server; then its PostHog behaves, and the next command takes there what was left behind. */
async function endServer({ name, isFollowed, home, receiver, env, child, rounds, served }) {
  await ask(child, 'close')
  receiver.misbehave()
  const count = () => {
    const distinct = new Map(receiver.events.map((event) => [event.uuid, event]))
    const requests = [...distinct.values()].filter(({ event }) => event === 'api_request')
    return requests.reduce((sum, { properties }) => sum + properties.request_count, 0)
  }
  if (isFollowed) {
    home.forgetFailures()
    await timeProcess(programFile('command'), env)
    await until(() => count() >= served && home.waiting() === 0, 20_000)
  }
  await home.forgetCourier()
  await receiver.close()
  return { name, isFollowed, rounds, served, arrived: count(), events: receiver.events.length }
}

async function ask(child, question) {
  const answer = once(child, 'message')
  child.send(question)
  const [value] = await answer
  return value
}

function start(child) {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
