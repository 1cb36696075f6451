import { Home } from './homes.mjs'
import { environmentOf, pause, programFile, timeProcess } from './processes.mjs'

/** What lives longer is ended, in milliseconds: a fetch to a server that hangs would take five minutes. */
export const CAP = 70_000

/** These take seconds, so they run beside each other and once. */
const CASES = [
  ['slow', 'fetch'],
  ['slow', 'posthog-short'],
  ['slow', 'posthog-readme'],
  ['hanging', 'fetch'],
  ['hanging', 'posthog-short'],
  ['hanging', 'posthog-readme'],
  ['refused', 'posthog-readme'],
  ['DNS silent', 'fetch'],
  ['DNS silent', 'posthog-short'],
  ['DNS silent', 'posthog-readme'],
]

/** The milliseconds that the other clients keep a process alive, by `server: client`; `Infinity` past the cap. */
export async function timeSlowClients(scratch, standIns, progress) {
  const home = new Home(scratch, 'slow-clients')
  const results = {}
  const open = new Set()
  const one = async (server, client) => {
    const { url, wrap } = standIns[server]
    const name = `${server}: ${client}`
    open.add(name)
    const options = { cap: CAP, ...(wrap && { wrap }) }
    results[name] = [await timeProcess(programFile(client), environmentOf(home.path, url), options)]
    open.delete(name)
    progress(`waiting for ${[...open].join(', ') || 'nothing more'}`)
  }
  const running = []
  for (const [server, client] of CASES) {
    if (!standIns[server]) continue
    running.push(one(server, client))
    await pause(400)
  }
  progress(`waiting for ${[...open].join(', ')}, at most ${CAP / 1_000} s`)
  await Promise.all(running)
  return results
}
