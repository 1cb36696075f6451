import { promises as dns, type LookupAddress, lookup as lookupBySystem } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** One question to one name server, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 1_500, tries: 2 } as const
const SILENT = ['ETIMEOUT', 'ECANCELLED']

/**
 * Resolves a name without ever holding up the end of the process.
 *
 * The system's resolver runs in a thread that the exit of a process joins: with a name server that is silent,
 * every program that sends would live on for ten seconds. So c-ares, which can be left alone, asks first; and
 * only where a name server answers, and does not know the name, is the system asked: it also reads the hosts file.
 */
export const lookupWithDeadline: LookupFunction = (hostname, options, callback) => {
  resolve(hostname).then(
    (addresses) => {
      const [first] = addresses
      if (!first) lookupBySystem(hostname, options, callback)
      else if (options.all) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    },
    (error: NodeJS.ErrnoException) => callback(error, '', 0),
  )
}

async function resolve(hostname: string): Promise<readonly LookupAddress[]> {
  if (hostname === 'localhost') return [{ address: '127.0.0.1', family: 4 }]
  const resolver = new dns.Resolver(PATIENCE)
  const [four, six] = await Promise.all([
    ask(() => resolver.resolve4(hostname), 4),
    ask(() => resolver.resolve6(hostname), 6),
  ])
  return [...four, ...six]
}

/** No address of this family is no failure; a name server that is silent is. */
async function ask(
  question: () => Promise<readonly string[]>,
  family: 4 | 6,
): Promise<readonly LookupAddress[]> {
  try {
    return (await question()).map((address) => ({ address, family }))
  } catch (error) {
    if (error instanceof Error && 'code' in error && SILENT.includes(String(error.code))) throw error
    return []
  }
}
