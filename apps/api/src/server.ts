import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { isIPv6 } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { type AppOptions, createApp } from './app.ts'
import { errorBody } from './http-error.ts'
import { explainListenError } from './listen-error.ts'
import { canonicalHost, isWildcard } from './security.ts'

/** What `startServer` needs: the app's options, and where to listen. */
export interface ServerOptions extends AppOptions {
  /** 0 to 65535; 0 takes any free port. Default 8000. */
  readonly port?: number
}

/** A server that accepts requests. */
export interface RunningServer {
  /** Where a browser on this machine reaches it, such as `http://127.0.0.1:8000`. */
  readonly url: string
  /** The port it listens on, also when 0 was asked for. */
  readonly port: number
  /**
   * Stops accepting, ends idle connections and lets running requests finish, for 2 seconds at most. Never
   * fails; calling it again gives the same promise.
   */
  close(): Promise<void>
}

/** Time that running requests get to finish once the server is told to close, in milliseconds. */
const CLOSE_WITHIN = 2000

/**
 * Serves a directory over HTTP, on 127.0.0.1 unless a host is given. Rejects with a `PortTakenError` when the
 * port is in use, with a `RangeError` when it is no port or the host is empty, and with an Error that says what to do otherwise.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port = 8000 } = options
  const host = canonicalHost(options.host ?? '127.0.0.1')
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError('The port must be a whole number from 0 to 65535.')
  }
  // Node takes it for every address of the machine.
  if (host === '') throw new RangeError('The host must not be empty. Without one it is 127.0.0.1.')
  const server = createServer(requestListener(options))
  spareUnsentAnswers(server)
  const bound = await listen(server, host, port)
  let closing: Promise<void> | undefined
  return {
    url: `http://${urlHost(host)}:${bound}`,
    port: bound,
    close: () => {
      closing ??= close(server)
      return closing
    },
  }
}

/**
 * Rejects as `startServer` does where a server can't listen, for a program that has work to do before it serves. Nothing
 * listens afterwards, so that nobody meets a server that is not ready yet.
 */
export async function requireAddress({ host, port }: { host: string; port: number }): Promise<void> {
  const server = createServer()
  await listen(server, host, port)
  await close(server)
}

function requestListener(options: ServerOptions): RequestListener {
  const app = createApp(options)
  // The program around the server keeps its own Request and Response.
  return getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: answerOutsideOfApp })
}

/** A request line or Host header that is no URL never reaches the app; only such requests come here. */
function answerOutsideOfApp(error: unknown): Response {
  return error instanceof RequestError
    ? Response.json(errorBody('This request can not be understood.'), { status: 400 })
    : Response.json(errorBody('Something went wrong on the server.'), { status: 500 })
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(explainListenError(error, host, port)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN)
    server.close(() => {
      clearTimeout(giveUp)
      resolve()
    })
  })
}

/**
 * Keeps an answer from being cut off that is complete but still on its way to a slow client: Node takes its connection for
 * an idle one. Idle ones end once no such answer is left.
 */
function spareUnsentAnswers(server: Server): void {
  const unsent = new Set<ServerResponse>()
  const closeIdle = server.closeIdleConnections.bind(server)
  // Node asks for this one by itself when a server is told to close.
  server.closeIdleConnections = () => {
    if (![...unsent].some(({ writableEnded }) => writableEnded)) closeIdle()
  }
  server.on('request', (_request, response) => {
    unsent.add(response)
    response.once('close', () => {
      unsent.delete(response)
      // What was still running when the server was told to close leaves an idle connection that would hold it open.
      if (!server.listening) server.closeIdleConnections()
    })
  })
}

function urlHost(host: string): string {
  if (isWildcard(host)) return isIPv6(host) ? '[::1]' : '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}
