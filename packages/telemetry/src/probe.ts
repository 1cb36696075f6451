import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { codeOf } from './code-of.ts'
import { firstOf } from './first-of.ts'
import { EACH_ADDRESS, lookupWithDeadline } from './lookup.ts'

type Step = 'name' | 'connection' | 'encryption' | 'answer'

/** How far a request came, and what the server's clock said. */
export type Probe =
  | { readonly reached: 'answer'; readonly status: number; readonly serverTime?: Date }
  /** `step`: what did not work; `reason`: an error's code or a few words, without a name or an address. */
  | { readonly reached: 'nothing'; readonly step: Step; readonly reason: string }

/** From the name of the host to the head of the answer, in milliseconds. */
const DEADLINE = 5_000

/**
 * Asks the configured host for any answer, the way `send` would go, and says how far it came. It is the only
 * other way out of the machine: a `HEAD` without a body, a key or a name, when a person asks for it. Never rejects.
 * @param host what `Destination.host` holds
 * @param stop ends it at once
 */
export function probe(host: string, stop?: AbortSignal): Promise<Probe> {
  const end = firstOf([AbortSignal.timeout(DEADLINE), ...(stop ? [stop] : [])])
  return new Promise<Probe>((resolve) => {
    // An address is not looked up.
    let step: Step = isAddress(host) ? 'connection' : 'name'
    const secure = host.startsWith('https:')
    const outgoing = (secure ? requestHttps : requestHttp)(
      host,
      {
        method: 'HEAD',
        headers: { Connection: 'close' },
        lookup: (hostname, options, callback) =>
          lookupWithDeadline(hostname, options, (error, address, family) => {
            if (!error) step = 'connection'
            callback(error, address, family)
          }),
        ...EACH_ADDRESS,
        signal: end.signal,
        agent: false,
      },
      (response) => {
        response.resume()
        resolve(answerOf(response))
        outgoing.destroy()
      },
    )
    outgoing.on('socket', (socket) => {
      socket.on('connect', () => {
        step = secure ? 'encryption' : 'answer'
      })
      socket.on('secureConnect', () => {
        step = 'answer'
      })
    })
    // Nobody asked for it, and Node says nothing more of such an answer.
    outgoing.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(answerOf(response))
    })
    outgoing.on('error', (error) => resolve({ reached: 'nothing', step, reason: describe(error) }))
    outgoing.end()
  }).finally(end.release)
}

function answerOf({ statusCode: status = 0, headers }: IncomingMessage): Probe {
  const serverTime = new Date(headers.date ?? Number.NaN)
  return Number.isNaN(serverTime.getTime())
    ? { reached: 'answer', status }
    : { reached: 'answer', status, serverTime }
}

function isAddress(host: string): boolean {
  const { hostname } = new URL(host)
  return hostname.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname)
}

function describe(error: Error): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  const code = codeOf(error)
  return typeof code === 'string' ? code : 'unknown error'
}
