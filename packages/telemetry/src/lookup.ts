import { promises as dns, type LookupAddress, lookup as lookupBySystem } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf } from './code-of.ts'
import { findInHostsFile } from './hosts-file.ts'

/** One question to one name server, in milliseconds, and how often it is asked. */
const PATIENCE = { timeout: 1_500, tries: 2 } as const
/** How long, in milliseconds, the slower kind of address is waited for when the other is known. */
const COURTESY = 250

/** For a connection to one of several addresses: Node's own quarter of a second is less than a far one takes. */
export const EACH_ADDRESS = { autoSelectFamilyAttemptTimeout: 3_000 }

interface Answer {
  readonly addresses: readonly LookupAddress[]
  /** How the question failed, when the name server said nothing at all. */
  readonly silence?: Error
}

/** The older first: it is where a server that listens on one of them mostly is. */
const LOCALHOST: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

const NOTHING: Answer = { addresses: [] }

/**
 * Resolves a name without ever holding up the end of the process.
 *
 * The system's resolver runs in a thread that the exit of a process joins: with a name server that is silent,
 * every program that sends would live on for ten seconds. So the hosts file is read here, as the system does first of
 * all; then c-ares asks, which can be left alone; and only where a name server answers, and does not know the name, or
 * where the hosts file can't be read here, is the system asked.
 */
export const lookupWithDeadline: LookupFunction = createLookup()

/**
 * @param servers the name servers to ask instead of the system's, as `address:port`
 * @param hostsFile the hosts file to read instead of the system's
 */
export function createLookup(servers?: readonly string[], hostsFile?: string): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, servers, hostsFile).then(
      (addresses) => {
        const [first] = addresses
        if (!first) lookupBySystem(hostname, options, callback)
        else if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, '', 0),
    )
  }
}

async function resolve(
  hostname: string,
  servers?: readonly string[],
  hostsFile?: string,
): Promise<readonly LookupAddress[]> {
  if (hostname === 'localhost') return LOCALHOST
  const found = findInHostsFile(hostname, hostsFile)
  // Somebody may have blocked the name in it: no name server is asked past that.
  if (!found) return []
  const known = found
    .map((address) => ({ address, family: isIP(address) }))
    .filter(({ family }) => family > 0)
  if (known.length > 0) return known
  const resolver = new dns.Resolver(PATIENCE)
  if (servers) resolver.setServers(servers)
  const four = ask(() => resolver.resolve4(hostname), 4)
  const six = ask(() => resolver.resolve6(hostname), 6)
  // Some name servers answer one kind of question and are silent on the other.
  const answers = await Promise.all([
    Promise.race([four, hurriedBy(six)]),
    Promise.race([six, hurriedBy(four)]),
  ])
  resolver.cancel()
  const addresses = answers.flatMap((answer) => answer.addresses)
  const silence = answers.find((answer) => answer.silence)?.silence
  if (addresses.length === 0 && silence) throw silence
  return addresses
}

/** Gives nothing soon after the other kind was found, and never when it was not. */
async function hurriedBy(other: Promise<Answer>): Promise<Answer> {
  if ((await other).addresses.length > 0) return sleep(COURTESY, NOTHING)
  return new Promise(() => {})
}

/** No address of this family is no failure; a name server that is silent is. Never rejects. */
async function ask(question: () => Promise<readonly string[]>, family: 4 | 6): Promise<Answer> {
  try {
    return { addresses: (await question()).map((address) => ({ address, family })) }
  } catch (error) {
    return error instanceof Error && codeOf(error) === 'ETIMEOUT'
      ? { addresses: [], silence: error }
      : NOTHING
  }
}
