import { couriersOf, tryKill, until } from '../processes.ts'
import type { Fault } from './fault.ts'

/** Whatever is killed, whenever. */
export const KILLED: readonly Fault[] = [
  {
    fault: 'the command is killed (SIGKILL) right after it has recorded',
    events: [2, 2, 0],
    happens: async (scene) => {
      await scene.command({ flags: ['--killed'] })
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the courier is killed before its first request',
    events: [2, 2, 0],
    impossible: () => (process.platform === 'win32' ? 'a process can not be stopped here' : undefined),
    happens: async (scene) => {
      // It comes before there is an event, and is stopped: so it has no request behind it when it is killed.
      await scene.command({
        env: { CI: 'true' },
        flags: ['--warm-up', '--until-stdin-ends'],
        whileRunning: async () => {
          await until('an early courier', () => couriersOf(scene.places).length === 1)
          for (const pid of couriersOf(scene.places)) tryKill(pid, 'SIGSTOP')
        },
      })
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the courier is killed during a request',
    events: [2, 2, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence', requests: 1 })
      await scene.command()
      await scene.receiver.requested(1)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the courier is killed after the server took the batch, before it said so',
    events: [2, 2, 1],
    happens: async (scene) => {
      scene.receiver.misbehave({ instead: 'silence', keeps: true, requests: 1 })
      await scene.command()
      await scene.receiver.requested(1)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'the courier is killed after its work was done',
    events: [2, 2, 0],
    happens: async (scene) => {
      await scene.command()
      await scene.delivered(1)
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  },
  {
    fault: 'ten SIGTERMs reach the courier while the server is slow: it finishes its request, and ends',
    events: [1, 1, 0],
    happens: async (scene) => {
      // As the request comes, and so before its answer.
      const told = new Set<number>()
      const tell = () => {
        for (const pid of couriersOf(scene.places)) {
          told.add(pid)
          for (let time = 0; time < 10; time += 1) tryKill(pid, 'SIGTERM')
        }
        return true
      }
      scene.receiver.misbehave({ delay: 500, towards: tell })
      await scene.command()
      await scene.delivered(1)
      await scene.withoutCourier()
      if (told.size !== 1) scene.noticed.push(`${told.size} couriers`)
      if (scene.receiver.bodies.length > 1) scene.noticed.push('it broke off its request')
    },
  },
]
