import type { IncomingMessage } from 'node:http'

/** What a request says of itself and of where it comes from. */
export type Asked = Pick<IncomingMessage, 'method' | 'headers'>

/**
 * Why a request is not answered, or nothing when it may be.
 *
 * `Host` has to be this server's own address: a page elsewhere, whose name was pointed at 127.0.0.1 meanwhile, sends
 * its own name. `Origin` has to be the same: a page elsewhere can ask, but not lie about where it stands. What
 * changes something has to name its origin, as every browser does.
 * @param port the port that the server listens on
 */
export function refusalOf({ method, headers }: Asked, port: number): string | undefined {
  const names = ['127.0.0.1', 'localhost']
  // A browser leaves out the port that is HTTP's own.
  const hosts = [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])]
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(host)) return 'This server does not answer under that host name.'
  if (origin === undefined && method === 'POST') return 'This request does not say where it comes from.'
  if (origin !== undefined && origin !== `http://${host}`) return 'This request comes from another page.'
  return undefined
}
