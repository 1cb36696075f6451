import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { type Receiver, startReceiver } from '../../packages/telemetry/src/testing.ts'

/** A receiver behind a wire that is listened to. */
export interface RecordedReceiver {
  readonly receiver: Receiver
  /** The address to send to. */
  readonly url: string
  /** Every byte that was sent to it, headers included. */
  bytes(): Buffer
}

/** Starts both; they end with the test. */
export async function recordReceiver(): Promise<RecordedReceiver> {
  const receiver = await startReceiver()
  const target = Number(new URL(receiver.url).port)
  const heard: Buffer[] = []
  const wire = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    client.on('data', (chunk) => heard.push(Buffer.from(chunk)))
    client.pipe(server).pipe(client)
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy())
    }
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  onTestFinished(async () => {
    wire.close()
    await receiver.close()
  })
  return { receiver, url: `http://127.0.0.1:${portOf(wire)}`, bytes: () => Buffer.concat(heard) }
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
