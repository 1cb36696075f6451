import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, linkSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { courierPids, isCourierAlive } from '../../src/courier-lock.ts'
import { openOutbox } from '../../src/outbox.ts'
import { bundle } from '../bundle.ts'
import { couriersOf, until } from '../processes.ts'
import { guard, sampleEvent } from '../samples.ts'
import { fixture, type Scene } from '../scene.ts'
import { expectDropped } from './answers.ts'
import type { Fault } from './fault.ts'

/** Its flag lost a part of its name on the way from Node 20 to 26. */
const PERMISSION_MODEL = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'

/** How long a courier waits for more while there is more, in milliseconds: its life but for its evening. */
const LIFE = 44_000

/** Whatever commands and their surroundings do: many, in CI, in a sandbox, with a strange environment. */
export const COMMANDS: readonly Fault[] = [
  {
    fault: 'a hundred commands at once',
    events: [100, 100, 0],
    alone: true,
    happens: async (scene) => {
      const hundred = 'for i in {1..100}; do "$0" "$1" & done; wait'
      // Behind whatever else is tested meanwhile, which a hundred processes would bring to a standstill.
      await scene.command({ by: (script) => ['nice', 'bash', '-c', hundred, process.execPath, script] })
      await scene.delivered(100)
    },
  },
  {
    fault: 'a thousand commands in a row, and a handful of couriers',
    events: [1_000, 1_000, 0],
    alone: true,
    happens: async (scene) => {
      const couriers = new Set<number>()
      const start = performance.now()
      const fifty = 'for i in {1..50}; do "$0" "$1"; echo "$?"; done'
      for (let loop = 0; loop < 20; loop += 1) {
        await scene.command({ by: (script) => ['bash', '-c', fifty, process.execPath, script] })
        for (const pid of courierPids(scene.places.destination)) couriers.add(pid)
      }
      couriers.delete(0)
      await scene.delivered(1_000)
      // On a machine where it takes minutes, one after the other comes to the end of its life.
      const handful = Math.max(5, Math.ceil((performance.now() - start) / LIFE) + 1)
      if (couriers.size > handful) scene.noticed.push(`${couriers.size} couriers`)
      // One takes another number when events come in its last moment; a start that came to nothing takes one as well.
      const numbers = couriersEver(scene)
      if (numbers > Math.max(5, 3 * couriers.size)) scene.noticed.push(`${numbers} claims`)
    },
  },
  {
    fault: 'address space is limited to 4 GB (ulimit -v): the courier ends as ever',
    events: [2, 2, 0],
    impossible: () => (process.platform === 'linux' ? undefined : 'only Linux keeps to that limit'),
    happens: async (scene) => {
      const limited = 'ulimit -v 4000000; exec "$0" "$1"'
      const by = (script: string) => ['bash', '-c', limited, process.execPath, script]
      await scene.command({ by })
      await scene.delivered(1)
      await scene.withoutCourier()
      await scene.command({ by })
      await scene.delivered(2)
    },
  },
  {
    fault: 'a thousand events in a row, from one process',
    events: [1_000, 1_000, 0],
    happens: async (scene) => {
      await scene.command({ flags: ['--times', '1000'] })
      await scene.delivered(1_000)
    },
  },
  {
    fault: 'a test has set its clock back by an hour: fifty events, and a handful of couriers all the same',
    events: [50, 50, 0],
    happens: async (scene) => {
      await scene.command({ flags: ['--clock', '-3600000', '--times', '50'] })
      await scene.delivered(50)
      if (couriersEver(scene) > 5) scene.noticed.push(`${couriersEver(scene)} couriers`)
    },
  },
  {
    fault: 'a test has set its clock to next month: what others recorded goes on waiting',
    events: [3, 3, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 503, requests: 1, headers: { 'retry-after': '60' } })
      await scene.command()
      await scene.withoutCourier()
      await scene.command({ flags: ['--clock', String(30 * 86_400_000)] })
      await scene.timePasses()
      await scene.command()
      await scene.delivered(3)
    },
  },
  {
    fault: 'more than a thousand events wait: the oldest six go, and their number with the next',
    events: [1_007, 1_001, 0],
    happens: async (scene) => {
      await scene.waits()
      await scene.command({ flags: ['--times', '1004'] })
      // The first went into a request that failed; nobody saw the other four.
      scene.alsoRecorded(4)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(1_000)
      await scene.command()
      await scene.delivered(1_001)
      expectDropped(scene, 6)
    },
  },
  {
    fault: 'an event waits for more than fourteen days: it goes, and is counted',
    events: [3, 2, 0],
    happens: async (scene) => {
      const then = Date.now() - 15 * 86_400_000
      openOutbox(scene.places.outbox, guard, () => then).put(sampleEvent(then))
      scene.note()
      await scene.command()
      await scene.delivered(1)
      await scene.command()
      await scene.delivered(2)
      expectDropped(scene, 1)
    },
  },
  {
    fault: 'two versions of a tool share a home, and one has an event that the other does not know',
    events: [3, 3, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 503, requests: 1, headers: { 'retry-after': '3600' } })
      await scene.command({ flags: ['--bakes'] })
      await scene.withoutCourier()
      await scene.timePasses()
      await scene.command()
      await scene.receiver.received(1)
      // While the courier of the other version is at work.
      await scene.command({ flags: ['--bakes'] })
      await scene.delivered(3)
    },
  },
  {
    fault: 'the two are run by turns while the server takes its time: none breaks off what the other sends',
    events: [12, 12, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ delay: 1_500, keeps: true })
      for (let turn = 0; turn < 6; turn += 1) {
        await scene.command({ flags: ['--bakes'] })
        await scene.command()
      }
      await scene.delivered(12)
    },
  },
  {
    fault: 'stdout is a pipe that somebody closes',
    events: [1, 1, 0],
    happens: async (scene) => {
      const closed = 'set -o pipefail; "$0" "$@" | head -n 1'
      await scene.command({ by: (script) => ['bash', '-c', closed, process.execPath, script, '--chatty'] })
      await scene.delivered(1)
    },
  },
  {
    fault: 'NODE_OPTIONS=--inspect-brk and POSTHOG_CAPTURE_MODE=v1 stand in the environment',
    events: [1, 1, 0],
    happens: async (scene) => {
      const env = { NODE_OPTIONS: '--inspect-brk', POSTHOG_CAPTURE_MODE: 'v1' }
      await scene.command({ flags: ['--with-env', JSON.stringify(env)] })
      await scene.delivered(1)
    },
  },
  {
    fault:
      'libraries, certificates and a secret stand in the environment: the courier is given the first two',
    events: [1, 1, 0],
    impossible: () => (existsSync('/proc/self/environ') ? undefined : 'nobody can look at it here'),
    happens: async (scene) => {
      const given = [`LD_LIBRARY_PATH=${scene.root}`, 'NODE_USE_SYSTEM_CA=1']
      const env = Object.fromEntries([...given, 'TOKEN=hunter2'].map((line) => line.split('=')))
      await scene.command({ flags: ['--with-env', JSON.stringify(env)] })
      const [courier] = couriersOf(scene.places)
      const seen = readFileSync(`/proc/${courier}/environ`, 'utf8')
      for (const line of given) if (!seen.includes(line)) scene.noticed.push(`no ${line}`)
      if (seen.includes('hunter2')) scene.noticed.push('the secret')
      await scene.delivered(1)
    },
  },
  {
    fault: 'the coverage of the command is taken (NODE_V8_COVERAGE): none of the courier is left behind',
    events: [1, 1, 0],
    happens: async (scene) => {
      const coverage = join(scene.root, 'coverage')
      await scene.command({ env: { NODE_V8_COVERAGE: coverage } })
      await scene.delivered(1)
      // Whoever takes it reads and removes it at the end of the command.
      rmSync(coverage, { recursive: true })
      await scene.withoutCourier()
      if (existsSync(coverage)) scene.noticed.push('coverage of the courier')
    },
  },
  {
    fault: 'the command is handed a pipe as descriptor 25: it ends with the command, not with the courier',
    events: [2, 2, 0],
    impossible: () => (existsSync('/proc/self/fdinfo') ? undefined : 'only Linux shows what is inherited'),
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence', requests: 1 })
      const handOn = 'exec 25>&1; exec "$0" "$1"'
      await scene.command({ by: (script) => ['bash', '-c', handOn, process.execPath, script] })
      if (scene.state.failures > 0) scene.noticed.push('the pipe stayed open until the courier gave up')
      await scene.receiver.requested(1)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the tool is a compiled executable: it never starts itself, and the events wait for another run',
    events: [2, 2, 0],
    happens: async (scene) => {
      // It begins and ends like a runtime, and is none.
      const tool = join(scene.root, 'node-and-node')
      compileTo(tool)
      await scene.command({ by: (script) => [tool, script] })
      await nobodySends(scene)
    },
  },
  {
    fault: 'the tool is bundled into one file: the events wait for another run',
    events: [2, 2, 0],
    happens: async (scene) => {
      await scene.command({ script: await bundle(scene, 'command.mjs') })
      await nobodySends(scene)
    },
  },
  {
    fault: 'Node may start no process (its permission model): the events wait for another run',
    events: [2, 2, 0],
    happens: async (scene) => {
      const permissions = [PERMISSION_MODEL, '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings']
      await scene.command({ by: (script) => [process.execPath, ...permissions, script] })
      await nobodySends(scene)
    },
  },
  {
    fault: 'in CI, the server healthy: the event is there before the command has ended',
    events: [1, 1, 0],
    alone: true,
    happens: async (scene) => {
      await scene.command({ env: { CI: 'true' }, by: withSlowClock })
      if (scene.receiver.events.length === 0) scene.noticed.push('the command did not wait')
    },
  },
  {
    fault: 'in CI, the courier started while the command works',
    events: [1, 1, 0],
    alone: true,
    happens: async (scene) => {
      await scene.command({
        env: { CI: 'true' },
        by: withSlowClock,
        flags: ['--warm-up', '--until-stdin-ends'],
        whileRunning: () => until('an early courier', () => couriersOf(scene.places).length === 1),
      })
      if (scene.receiver.events.length === 0) scene.noticed.push('the command did not wait')
    },
  },
  {
    fault: 'in CI, a test has set its clock back by an hour: another command does not break off its courier',
    events: [2, 2, 0],
    happens: async (scene) => {
      const early = { env: { CI: 'true' }, flags: ['--warm-up', '--clock', '-3600000'] }
      await scene.command({
        ...early,
        flags: [...early.flags, '--until-stdin-ends'],
        whileRunning: async () => {
          await until('an early courier', () => couriersOf(scene.places).length === 1)
          await scene.command(early)
          if (couriersEver(scene) > 1) scene.noticed.push('another courier')
        },
      })
      await scene.delivered(2)
    },
  },
  {
    fault: 'in CI, SIGTERM ends a command: the event is there before it has ended',
    events: [1, 1, 0],
    alone: true,
    happens: async (scene) => {
      const flags = ['{"name":"tool"}', '{"signals":true}', 'interrupted']
      await scene.command({ script: fixture('follow.mjs'), flags, env: { CI: 'true' }, by: withSlowClock })
      if (scene.receiver.events.length === 0) scene.noticed.push('the command did not wait')
    },
  },
  {
    fault:
      'in CI, Node is removed under a command: nothing is waited for, and the events wait for another run',
    events: [2, 2, 0],
    happens: async (scene) => {
      await scene.command({ flags: ['--node-removed'], env: { CI: 'true' } })
      if (isCourierAlive(scene.places.destination)) scene.noticed.push('a courier that is not there')
      await nobodySends(scene)
    },
  },
  {
    fault:
      'a service of systemd, which ends the courier with it: the event is there before the command has ended',
    events: [1, 1, 0],
    alone: true,
    impossible: () => (process.platform === 'win32' ? 'there is no systemd here' : undefined),
    happens: async (scene) => {
      await scene.command({
        by: (script) => ['sh', '-c', 'SYSTEMD_EXEC_PID=$$ exec "$@"', 'sh', ...withSlowClock(script)],
      })
      if (scene.receiver.events.length === 0) scene.noticed.push('the command did not wait')
    },
  },
  endsWithContainer('the first process', 'exec "$@"'),
  endsWithContainer('what the first process, a script, runs', '"$@"; exit $?'),
  leavesInCi('the command leaves before any answer, and its courier stays'),
  leavesInCi('a command that records twelve events waits for all of them as for one', ['--times', '12'], 12),
  leavesInCi('a test that has stopped its clock leaves all the same', ['--stopped-clock']),
  {
    fault:
      'in CI, twenty events while a command works, the server slow: it waits for all of them together, at its end',
    events: [20, 20, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ delay: 150 })
      await scene.command({ flags: ['--at-once', '--times', '20'], env: { CI: 'true' }, by: withSlowClock })
      if (scene.receiver.events.length < 20) scene.noticed.push('the command did not wait for all')
      if (scene.receiver.bodies.length >= 20) scene.noticed.push('one request after the other')
    },
  },
]

/** Where a command is to wait: what it waits at most, a busy machine may need for the start of a courier alone. */
function withSlowClock(script: string): readonly string[] {
  return [process.execPath, '--import', fixture('slow-clock.mjs'), script]
}

/** Of a space of process ids, as a container has one, Linux ends all processes with the first. */
const UNSHARE = ['unshare', '--user', '--map-root-user', '--pid', '--fork'] as const

/** @param line what the first process, a shell, does with the command */
function endsWithContainer(what: string, line: string): Fault {
  return {
    fault: `in a container that bears no mark, ${what}: the event is there before all of it ends with the command`,
    events: [1, 1, 0],
    alone: true,
    impossible: () =>
      spawnSync(UNSHARE[0], [...UNSHARE.slice(1), 'true']).status === 0
        ? undefined
        : 'no space of process ids can be made here',
    happens: async (scene) => {
      await scene.command({ by: (script) => [...UNSHARE, 'sh', '-c', line, 'sh', ...withSlowClock(script)] })
      if (scene.receiver.events.length === 0) scene.noticed.push('the command did not wait')
    },
  }
}

/** A command in CI, with PostHog hanging: it does not wait for the end of a request, and a later one brings its events. */
function leavesInCi(what: string, flags: readonly string[] = [], count = 1): Fault {
  return {
    fault: `in CI, the server hanging: ${what}`,
    events: [count + 1, count + 1, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence', requests: 1 })
      await scene.command({ flags, env: { CI: 'true' } })
      if (scene.state.failures > 0) scene.noticed.push('the command waited for the end of the request')
      await scene.receiver.requested(1)
      await scene.timePasses()
      await scene.command({ env: { CI: 'true' } })
      await scene.delivered(count + 1)
    },
  }
}

/** How many couriers there have been: each takes the next number. */
function couriersEver({ places }: Scene): number {
  const numbers = readdirSync(places.destination).map(
    (name) => /^courier-[0-9a-f]{8}-(\d+)\.lock$/.exec(name)?.[1] ?? 0,
  )
  return Math.max(...numbers.map(Number))
}

/** No courier was started and none was asked; the next command of an ordinary Node brings what waits. */
async function nobodySends(scene: Scene): Promise<void> {
  if (couriersOf(scene.places).length > 0) scene.noticed.push('a courier of its own')
  if (scene.receiver.connections > 0) scene.noticed.push('a connection of its own')
  await scene.timePasses()
  await scene.command()
  await scene.delivered(2)
}

/** Node itself under the name of a tool: all that telemetry sees of a compiled executable. */
function compileTo(path: string): void {
  try {
    linkSync(process.execPath, path)
  } catch {
    // Another file system.
    copyFileSync(process.execPath, path)
  }
}
