import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '../../src/courier-lock.ts'
import { fill, mount, mountDeleted, unlessMounts } from '../mounts.ts'
import { couriersOf, until } from '../processes.ts'
import { guard, sampleEvent } from '../samples.ts'
import type { Scene } from '../scene.ts'
import { expectDropped } from './answers.ts'
import type { Fault } from './fault.ts'

/** Whatever the disk does, or somebody does to it. */
export const DISK: readonly Fault[] = [
  {
    fault: 'the home directory is missing: nothing is recorded, and none is made',
    events: [0, 0, 0],
    happens: async (scene) => {
      rmSync(scene.home, { recursive: true })
      await scene.command()
      if (existsSync(scene.home)) scene.noticed.push('a home directory')
    },
  },
  {
    fault: 'HOME is set to nothing: nothing is recorded',
    events: [0, 0, 0],
    happens: async (scene) => scene.command({ env: { HOME: '', USERPROFILE: '' } }),
  },
  {
    fault: 'the home is read-only: nothing can be recorded',
    events: [0, 0, 0],
    impossible: unlessMounts,
    happens: async (scene) => {
      mount(scene, 'ro')
      await scene.command()
    },
  },
  {
    fault: 'the home is a mount whose source was deleted: nothing is recorded, and no command waits for ever',
    events: [0, 0, 0],
    impossible: unlessMounts,
    happens: async (scene) => {
      mountDeleted(scene)
      // Whoever tries for ever hears no other signal.
      const by = (script: string) => ['timeout', '-s', 'KILL', '20', process.execPath, script]
      await scene.command({ by })
      await scene.command({ by, env: { CI: 'true' }, flags: ['--warm-up'] })
    },
  },
  {
    fault: 'the disk is full: that command is not recorded, the next one with space is',
    events: [1, 1, 0],
    impossible: unlessMounts,
    happens: async (scene) => {
      mount(scene, 'size=64k')
      scene.settleIn()
      fill(join(scene.home, 'fill'))
      await scene.command()
      rmSync(join(scene.home, 'fill'))
      await scene.timePasses()
      await scene.command()
      await scene.delivered(1)
    },
  },
  {
    fault: 'the disk fills up while events wait and the server fails: one attempt, and a pause',
    events: [2, 2, 0],
    impossible: unlessMounts,
    happens: async (scene) => {
      mount(scene, 'size=64k')
      scene.settleIn()
      scene.receiver.misbehave({ status: 503, delay: 500 })
      await scene.command()
      await scene.receiver.requested(1)
      fill(join(scene.home, 'fill'))
      await scene.withoutCourier()
      if (scene.receiver.bodies.length > 1) scene.noticed.push(`${scene.receiver.bodies.length} requests`)
      rmSync(join(scene.home, 'fill'))
      scene.receiver.misbehave()
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the outbox is deleted while an event waits: that one is gone, and no other',
    events: [2, 1, 0],
    happens: async (scene) => {
      await scene.waits()
      rmSync(scene.places.outbox, { recursive: true })
      await next(scene, 1)
    },
  },
  {
    fault: 'everything that telemetry keeps is deleted under its courier',
    events: [1, 1, 0],
    happens: async (scene) => {
      await scene.command()
      await scene.delivered(1)
      // Again where the courier has just written its state.
      rmSync(scene.places.root, { recursive: true, maxRetries: 10 })
      await scene.withoutCourier()
      if (existsSync(scene.places.root)) scene.noticed.push('something of it came back')
    },
  },
  {
    fault: 'the home is deleted right after a command, under its courier: none is made anew',
    events: [1, 0, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence' })
      await scene.command()
      const couriers = couriersOf(scene.places)
      rmSync(scene.home, { recursive: true, maxRetries: 10 })
      await until('the end of the courier', () => !couriers.some(isRunning))
      if (existsSync(scene.home)) scene.noticed.push('a home was made')
    },
  },
  replaced('a file', (scene) => writeFileSync(scene.places.outbox, 'mine')),
  replaced('a symbolic link to a directory of the user', (scene) => {
    mkdirSync(join(scene.root, 'photos'))
    symlinkSync(join(scene.root, 'photos'), scene.places.outbox)
  }),
  damaged('truncated', (path) => truncateSync(path, 100)),
  damaged('blown up to 50 MB', (path) => truncateSync(path, 50_000_000)),
  damaged('overwritten with random bytes', (path) => writeFileSync(path, randomBytes(500))),
  damaged('edited to hold a secret', (path) => {
    writeFileSync(path, readFileSync(path, 'utf8').replace('"run"', '"hunter2-secret"'))
  }),
  {
    fault: 'a hundred directories have the names of events: they stay, and hold up nothing',
    events: [1, 1, 0],
    happens: async (scene) => {
      mkdirSync(scene.places.outbox, { recursive: true })
      for (let count = 100; count < 200; count += 1)
        mkdirSync(
          join(
            scene.places.outbox,
            `01900000-0000-7000-8000-000000000${count}.10.01234567.${guard.edition()}.json`,
          ),
        )
      await scene.command()
      await scene.receiver.received(1)
    },
  },
  {
    fault:
      'pipes that nobody reads or writes stand in place of the files of the courier: nothing waits for them',
    events: [3, 3, 0],
    impossible: () => (process.platform === 'win32' ? 'no pipe is a file here' : undefined),
    happens: async (scene) => {
      await scene.waits()
      const { destination, state, sentLog, tally } = scene.places
      for (const path of [state, sentLog, tally, join(destination, `courier-${guard.edition()}-99.lock`)]) {
        rmSync(path, { force: true })
        execFileSync('mkfifo', [path])
      }
      await scene.command()
      await scene.delivered(2)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(3)
    },
  },
  {
    fault: 'the clock was set back by a year: locks, pauses and events lie in the future',
    events: [2, 2, 0],
    happens: async (scene) => {
      const then = Date.now() + 365 * 86_400_000
      scene.outbox.put(sampleEvent(then))
      const lastFailure = { at: new Date(then).toISOString(), reason: 'the server answered 503' }
      const retryAt = Date.now() + 40_000_000
      writeFileSync(scene.places.state, JSON.stringify({ failures: 1, retryAt, lastFailure }))
      const lock = join(scene.places.destination, `courier-${guard.edition()}-4.lock`)
      writeFileSync(lock, String(process.pid))
      utimesSync(lock, then / 1_000, then / 1_000)
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'two commands find the same stale lock: one courier, not two',
    events: [3, 3, 0],
    happens: async (scene) => {
      await scene.waits()
      scene.receiver.misbehave({ delay: 300 })
      await scene.timePasses()
      await Promise.all([scene.command(), scene.command()])
      if (couriersOf(scene.places).length > 1) scene.noticed.push('two couriers')
      await scene.delivered(3)
    },
  },
]

/** The next command, after a while, and everything that still waits. */
async function next(scene: Scene, arrived: number): Promise<void> {
  await scene.timePasses()
  await scene.command()
  await scene.delivered(arrived)
}

function replaced(by: string, replace: (scene: Scene) => void): Fault {
  return {
    fault: `the outbox is replaced by ${by}: nothing is recorded or harmed until it is gone`,
    events: [1, 1, 0],
    happens: async (scene) => {
      mkdirSync(scene.places.destination, { recursive: true })
      replace(scene)
      await scene.command()
      rmSync(scene.places.outbox)
      await next(scene, 1)
      expectDropped(scene, 1)
    },
  }
}

function damaged(how: string, damage: (path: string) => void): Fault {
  return {
    fault: `a file in the outbox is ${how}: that event is given up and counted, its neighbours arrive`,
    events: [4, 3, 0],
    happens: async (scene) => {
      await scene.waits()
      await scene.command()
      const [name = ''] = scene.outbox.waiting()
      damage(join(scene.places.outbox, name))
      await next(scene, 2)
      await scene.command()
      await scene.delivered(3)
      expectDropped(scene, 1)
      if (scene.receiver.bodies.some((body) => body.includes('hunter2')))
        scene.noticed.push('a secret was sent')
    },
  }
}
