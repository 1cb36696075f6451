import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Bakery } from './http-cases.ts'

/** Lets a server listen on a free port of loopback. */
export async function listen(server: Server): Promise<Bakery> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
