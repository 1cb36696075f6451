import { newHome, offVariant, timeVariants } from './commands.mjs'
import { environmentOf, programFile } from './processes.mjs'

/** How long the command works, in milliseconds: a compile of a small project. */
export const WORK = 200

/** In CI a command waits for its courier; a runner is fresh, so every run has to start one. */
export async function timeCi(scratch, { healthy, hanging }, rounds, progress) {
  const file = programFile('command')
  const variant = (name, host, more) => {
    const home = newHome(scratch, `ci ${name}`)
    const again = () => home.forgetCourier()
    const env = environmentOf(home.path, host, { CI: 'true', BENCH_WORK: String(WORK), ...more })
    return { file, env, prepare: again, after: again }
  }
  const off = newHome(scratch, 'ci off')
  return timeVariants(
    {
      off: offVariant(off, healthy.url, { CI: 'true', BENCH_WORK: String(WORK) }),
      'started early': variant('early', healthy.url, {}),
      'started at the end': variant('late', healthy.url, { BENCH_WARM_UP: 'no' }),
      'hanging server': variant('hanging', hanging.url, {}),
    },
    rounds,
    progress,
  )
}
