import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startReceiver } from '@visivo/telemetry/testing'

/** A name server on the loopback that gets every question and answers none. */
const SILENT_ADDRESS = '127.0.0.53'

/**
 * The PostHogs that are measured against, by what they do, each with its `url`. `wrap` are the words before a
 * command that make it see the silent name server; without the rights to do so that one is missing.
 */
export async function startStandIns(scratch) {
  const healthy = await startReceiver()
  const slow = await startReceiver()
  slow.misbehave({ delay: 5_000 })
  const hanging = await startReceiver()
  hanging.misbehave({ instead: 'silence' })
  const gone = await startReceiver()
  await gone.close()
  const silence = await startSilence(scratch)
  return {
    all: {
      healthy: { url: healthy.url, receiver: healthy },
      slow: { url: slow.url, receiver: slow },
      hanging: { url: hanging.url, receiver: hanging },
      refused: { url: gone.url },
      ...(silence && { 'DNS silent': { url: 'https://posthog.example', wrap: silence.wrap } }),
    },
    close: async () => {
      silence?.close()
      await Promise.all([healthy, slow, hanging].map((receiver) => receiver.close()))
    },
  }
}

/** Needs Linux, the right to a port below 1024 and to namespaces of one's own. */
async function startSilence(scratch) {
  const resolvConf = join(scratch, 'resolv.conf')
  writeFileSync(resolvConf, `nameserver ${SILENT_ADDRESS}\n`)
  const wrap = ['unshare', '-rm', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolvConf]
  if (spawnSync(wrap[0], [...wrap.slice(1), 'true'], { stdio: 'ignore' }).status !== 0) return undefined
  const socket = createSocket('udp4')
  try {
    socket.bind(53, SILENT_ADDRESS)
    await once(socket, 'listening')
  } catch {
    socket.close()
    return undefined
  }
  return { wrap, close: () => socket.close() }
}
