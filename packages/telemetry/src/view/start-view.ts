import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { codeOf } from '../code-of.ts'
import type { Where } from '../consent.ts'
import { LONGEST_TIMER } from '../longest-timer.ts'
import type { Telemetry } from '../telemetry.ts'
import { answerTo, headersFor } from './answer.ts'
import { readPage } from './page.ts'
import { makeSecrets } from './secrets.ts'
import { shownOf } from './shown.ts'

/** Where the page looks, and how long it waits for somebody to look at it. */
export interface ViewOptions {
  /** Default: the working directory and no `.env` file. */
  readonly where?: Where
  /** 1 to 65535, or 0 for any free one, which is the default. */
  readonly port?: number
  /** After so many milliseconds without a request the view ends, 24 days at most. Default: a quarter of an hour. */
  readonly idle?: number
}

/** How a view ended: by `close`, or because nobody looked any more. */
export type ViewEnd = 'closed' | 'idle'

/** A page that is being served. */
export interface View {
  /** The address for the person at the terminal. Whoever has it may look and switch. */
  readonly url: string
  /** A new address for a browser to be started with: good once, and for a minute. */
  visitUrl(): string
  /** Settles when the server has ended. */
  readonly ended: Promise<ViewEnd>
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
const QUARTER_OF_AN_HOUR = 900_000

/**
 * Serves the page on which a person sees what telemetry does on this machine, to this machine only.
 * Rejects with an `Error` in words when the port can't be had. Records nothing and opens no other connection.
 */
export async function startView(telemetry: Telemetry, options: ViewOptions = {}): Promise<View> {
  const { where = {}, port = 0, idle = QUARTER_OF_AN_HOUR } = options
  const server = createServer()
  const address = await listen(server, port)
  const secrets = makeSecrets()
  const answering = { port: address.port, page: readPage(), secrets, shown: shownOf(telemetry, where) }
  const origin = `http://${LOOPBACK}:${address.port}`
  let end: ViewEnd = 'closed'
  const idling = setTimeout(
    () => {
      end = 'idle'
      void close()
    },
    Math.min(idle, LONGEST_TIMER),
  )
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, text, known } = await answerTo(request, answering)
    if (known) idling.refresh()
    response.writeHead(status, { ...headersFor(answering.page), ...headers }).end(text)
  })
  const ended = once(server, 'close').then(() => end)
  const close = async () => {
    clearTimeout(idling)
    server.close()
    server.closeAllConnections()
    await ended
  }
  return {
    url: `${origin}/#${secrets.token}`,
    visitUrl: () => `${origin}/#once.${secrets.issueTicket()}`,
    ended,
    close,
  }
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  try {
    await once(server.listen(port, LOOPBACK), 'listening')
  } catch (cause) {
    const code = codeOf(cause)
    const why = code === 'EADDRINUSE' ? 'another program has it' : `it can't be had (${code})`
    throw new Error(`Can't listen on port ${port}: ${why}. Take another, or 0 for any free one.`, { cause })
  }
  return server.address() as AddressInfo
}
