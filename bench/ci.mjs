import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newHome, offVariant, timeVariants } from './commands.mjs'
import { environmentOf, programFile } from './processes.mjs'

/** How long the command works, in milliseconds: a compile of a small project. */
export const WORK = 200

/**
 * In CI a command waits for its courier; a runner is fresh, so every run has to start one. Gives the `times` of the
 * whole commands, and by the same names the `waits`: what a command itself saw pass between its end and its exit.
 */
export async function timeCi(scratch, { healthy, hanging }, rounds, progress) {
  const file = programFile('command')
  const waits = {}
  const variant = (name, host, more) => {
    const home = newHome(scratch, `ci ${name}`)
    const waited = join(scratch, `waited ${name}`)
    const again = () => home.forgetCourier()
    const own = { CI: 'true', BENCH_WORK: String(WORK), BENCH_WAIT: waited, ...more }
    waits[name] = []
    return {
      file,
      env: environmentOf(home.path, host, own),
      prepare: again,
      after: async () => {
        waits[name].push(Number(readFileSync(waited, 'utf8')))
        await again()
      },
    }
  }
  const off = newHome(scratch, 'ci off')
  const ci = {
    off: offVariant(off, healthy.url, { CI: 'true', BENCH_WORK: String(WORK) }),
    'started early': variant('started early', healthy.url, {}),
    'started at the end': variant('started at the end', healthy.url, { BENCH_WARM_UP: 'no' }),
    'hanging server': variant('hanging server', hanging.url, {}),
  }
  const times = await timeVariants({ ci }, rounds, progress)
  return { times: times.ci, waits }
}
