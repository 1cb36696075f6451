import { readdirSync, readFileSync } from 'node:fs'
import { newHome } from './commands.mjs'
import { isRunning } from './homes.mjs'
import { environmentOf, pause, programFile, timeProcess, until } from './processes.mjs'

/** The milliseconds of CPU that a courier takes for one event, from its start to its end. Linux only. */
export async function courierCpu(scratch, { healthy: { url, receiver } }, runs, progress) {
  if (process.platform !== 'linux') return []
  const lives = []
  for (let run = 0; run < runs; run++) {
    progress(`courier ${run + 1} of ${runs}`)
    const home = newHome(scratch, `courier ${run}`)
    receiver.clear()
    await timeProcess(programFile('command'), environmentOf(home.path, url))
    if (!(await until(() => home.courier() !== undefined))) throw new Error('no courier came')
    lives.push(followCpu(home.courier()))
    await receiver.received(2)
    await pause(300)
  }
  progress('until the couriers end')
  return Promise.all(lives)
}

async function followCpu(pid) {
  const threads = new Map()
  while (pid !== undefined && isRunning(pid)) {
    for (const [thread, time] of threadTimes(pid)) threads.set(thread, time)
    await pause(50)
  }
  return [...threads.values()].reduce((sum, time) => sum + time, 0)
}

/** The milliseconds that each thread of a process has run. */
function threadTimes(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
      return [thread, Number(nanoseconds) / 1e6]
    })
  } catch {
    // It has ended.
    return []
  }
}
