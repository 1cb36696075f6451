import { fork } from 'node:child_process'
import { once } from 'node:events'
import { startReceiver } from '@visivo/telemetry/testing'
import { newHome } from './commands.mjs'
import { environmentOf, programFile, timeProcess, until } from './processes.mjs'
import { quantile, shuffled } from './statistics.mjs'

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
 * Servers of one framework that live at the same time and are loaded in turn, so that all meet the same noise; fewer
 * rounds where they take longer than `seconds`. Every process answers on two ports, one followed and one plain, and
 * its part of a round goes back and forth between them in slices: what a machine does to one of them it does to the
 * other within a tenth of a second. Gives for each process `{ rounds: [{ plain, followed }], served, arrived }`.
 */
export async function loadServers(scratch, framework, { rounds, seconds, slices, milliseconds }, progress) {
  const load = start(fork(programFile('load'), { serialization: 'advanced' }))
  const servers = await Promise.all(
    Object.entries(SERVERS).map(([name, how]) => startServer(scratch, framework, name, how)),
  )
  // Until everything is compiled, and a burst is over.
  for (const server of servers) await loadServer(server, load, 2 * slices, milliseconds)
  const end = performance.now() + seconds * 1_000
  for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round++) {
    progress(`round ${round + 1} of ${rounds}`)
    for (const server of shuffled(servers))
      server.rounds[round] = await loadServer(server, load, slices, milliseconds)
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

/** Both ports of a process in turn, `slices` times, in an order by chance: `{ plain, followed }`, as `summed`. */
async function loadServer(server, load, slices, milliseconds) {
  const taken = { plain: [], followed: [] }
  for (let left = slices; left > 0; left--)
    for (const kind of shuffled(Object.keys(taken))) {
      const before = await ask(server.child, 'usage')
      const port = server.ports[kind]
      const { took, latencies } = await ask(load, { port, connections: CONNECTIONS, milliseconds })
      const after = await ask(server.child, 'usage')
      taken[kind].push({ before, after, took, latencies })
      if (kind === 'followed') server.served += latencies.length
    }
  // Connections that nobody uses, a server closes by itself after a while.
  await ask(load, {})
  return { plain: summed(taken.plain), followed: summed(taken.followed) }
}

/** Slices of one port: requests a second, p99 in milliseconds, microseconds of the main thread for a request. */
function summed(slices) {
  const sum = (each) => slices.reduce((total, slice) => total + each(slice), 0)
  const requests = sum(({ latencies }) => latencies.length)
  const took = sum((slice) => slice.took)
  const main = sum(({ before, after }) => after.main - before.main)
  const all = sum(({ before, after }) => after.all - before.all)
  return {
    perSecond: (requests / took) * 1_000,
    p99: quantile(
      slices.flatMap(({ latencies }) => [...latencies]),
      0.99,
    ),
    cpu: (main / requests) * 1_000,
    threads: (all - main) / took,
    megabytes: slices.at(-1).after.megabytes,
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
