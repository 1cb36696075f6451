import type { CourierState } from '../../src/courier-state.ts'
import type { Misbehaviour } from '../../src/testing.ts'
import { until } from '../processes.ts'
import type { Scene } from '../scene.ts'
import type { Fault } from './fault.ts'

/** Whatever the server answers, or does instead. */
export const ANSWERS: readonly Fault[] = [
  fails('the server hangs: it never answers', { instead: 'silence' }),
  fails('the server answers half, and no more', { instead: 'half' }),
  fails('the server drops the connection', { instead: 'drop' }),
  fails('the server redirects (301)', { status: 301, headers: { location: '/elsewhere' } }),
  fails('the server redirects (307)', { status: 307, headers: { location: '/batch/' } }),
  fails('the server does not accept the key (401); the state says so', { status: 401 }, ({ lastFailure }) =>
    /key was not accepted/.test(lastFailure?.reason ?? ''),
  ),
  fails(
    'the server asks for a pause (429, Retry-After)',
    { status: 429, headers: { 'retry-after': '3600' } },
    ({ retryAt }) => retryAt > Date.now() + 3_000_000,
  ),
  fails('the server is overloaded (503)', { status: 503 }),
  {
    fault: 'the server is slow: it answers after 2 seconds',
    events: [1, 1, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ delay: 2_000 })
      await scene.command()
      await scene.delivered(1)
    },
  },
  {
    fault: 'the server breaks (500) for the first five requests',
    events: [6, 6, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 500, requests: 5 })
      for (let time = 1; time <= 5; time += 1) {
        await scene.command()
        await until(`failure ${time}`, () => scene.state.failures === time)
        await scene.timePasses()
      }
      await scene.command()
      await scene.delivered(6)
    },
  },
  {
    fault: 'one event of a hundred is bad (400 for its batch): that one is given up, and counted',
    events: [101, 100, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 500, requests: 1 })
      await scene.command({ flags: ['--times', '99'] })
      await until('a failure', () => scene.state.failures === 1)
      scene.note()
      const [bad] = scene.outbox.waiting()
      scene.receiver.misbehave({
        status: 400,
        towards: (batch) => batch.some(({ uuid }) => bad?.startsWith(uuid)),
      })
      await scene.timePasses()
      await scene.command()
      await scene.delivered(99)
      await scene.command()
      await scene.delivered(100)
      expectDropped(scene, 1)
    },
  },
  {
    fault: 'the server takes no batch above 20 events (413)',
    events: [60, 60, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ status: 413, towards: (batch) => batch.length > 20 })
      await scene.command({ flags: ['--times', '60'] })
      await scene.delivered(60)
    },
  },
]

/** One request fails: the courier ends and leaves word, and the next command brings both events. */
function fails(fault: string, how: Misbehaviour, says: (state: CourierState) => boolean = () => true): Fault {
  return {
    fault,
    events: [2, 2, 0],
    happens: async (scene) => {
      scene.receiver.misbehave({ ...how, requests: 1 })
      await scene.command()
      await scene.withoutCourier()
      if (scene.state.failures !== 1 || !says(scene.state)) scene.noticed.push(JSON.stringify(scene.state))
      await scene.timePasses()
      await scene.command()
      await scene.delivered(2)
    },
  }
}

/** The number of events that were dropped went with a later one. */
export function expectDropped(scene: Scene, count: number): void {
  const dropped = scene.receiver.events.reduce(
    (sum, { properties }) => sum + Number(properties.dropped_events ?? 0),
    0,
  )
  if (dropped !== count) scene.noticed.push(`${dropped} are said to be dropped, not ${count}`)
}
