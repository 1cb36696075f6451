import { newHome } from './commands.mjs'
import { environmentOf, programFile, timeProcess } from './processes.mjs'

/** Runs the command again and again and says how many couriers that started, and how many events arrived. */
export async function runLoop(scratch, { healthy: { url, receiver } }, commands, progress) {
  const home = newHome(scratch, 'loop')
  const env = environmentOf(home.path, url)
  receiver.clear()
  for (let command = 0; command < commands; command++) {
    if (command % 10 === 0) progress(`command ${command} of ${commands}`)
    await timeProcess(programFile('command'), env)
  }
  // One more for the installation.
  const events = await receiver.received(commands + 1)
  const arrived = events.filter(({ event }) => event === 'cli_command')
  const distinct = new Set(arrived.map(({ uuid }) => uuid)).size
  return { commands, couriers: home.couriersStarted(), arrived: arrived.length, distinct }
}
