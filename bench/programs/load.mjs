// Keeps connections to a server busy: the next request leaves when the answer to the last one is there.
// They stay open from one slice to the next, until the message that names no port.
import { once } from 'node:events'
import { connect } from 'node:net'

const REQUEST = 'GET /api/models/orders HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
/** The answer's body ends in `}`, which is nowhere else in it. */
const END = 125

let lines = new Map()

process.on('message', async ({ port, connections, milliseconds }) => {
  if (port === undefined) {
    for (const { close } of [...lines.values()].flat()) close()
    lines = new Map()
    return process.send({})
  }
  if (!lines.has(port))
    lines.set(port, await Promise.all(Array.from({ length: connections }, () => open(port))))
  const start = performance.now()
  const latencies = await Promise.all(lines.get(port).map(({ keepBusy }) => keepBusy(start + milliseconds)))
  process.send({ took: performance.now() - start, latencies: Float64Array.from(latencies.flat()) })
})

/** A connection that can be kept busy until a time; that gives how long each answer took, in milliseconds. */
async function open(port) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  let answered = () => {}
  let failed = () => {}
  socket.on('error', (error) => failed(error))
  socket.on('data', (chunk) => chunk[chunk.length - 1] === END && answered())
  const keepBusy = (end) =>
    new Promise((resolve, reject) => {
      const latencies = []
      let asked = 0
      const ask = () => {
        asked = performance.now()
        socket.write(REQUEST)
      }
      answered = () => {
        const now = performance.now()
        latencies.push(now - asked)
        if (now < end) ask()
        else resolve(latencies)
      }
      failed = reject
      ask()
    })
  return { keepBusy, close: () => socket.destroy() }
}
