// Keeps connections to a server busy: the next request leaves when the answer to the last one is there.
import { connect } from 'node:net'

const REQUEST = 'GET /api/models/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
/** The answer's body ends in `}`, which is nowhere else in it. */
const END = 125

process.on('message', async ({ port, connections, milliseconds }) => {
  const start = performance.now()
  const end = start + milliseconds
  const latencies = []
  await Promise.all(Array.from({ length: connections }, () => keepBusy(port, end, latencies)))
  const seconds = (performance.now() - start) / 1_000
  const sorted = Float64Array.from(latencies).sort()
  const p99 = sorted[Math.floor(sorted.length * 0.99)]
  process.send({ requests: sorted.length, perSecond: sorted.length / seconds, p99 })
})

function keepBusy(port, end, latencies) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let asked = 0
    const ask = () => {
      asked = performance.now()
      socket.write(REQUEST)
    }
    socket.setNoDelay(true)
    socket.once('connect', ask)
    socket.once('error', reject)
    socket.on('data', (chunk) => {
      if (chunk[chunk.length - 1] !== END) return
      const now = performance.now()
      latencies.push(now - asked)
      if (now < end) ask()
      else socket.end(resolve)
    })
  })
}
