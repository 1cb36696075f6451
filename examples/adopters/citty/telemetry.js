import { createTelemetry, defineProduct } from '@visivo/telemetry'

export const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })

/** `cake telemetry`: the notice sends people here. */
export async function showStatus() {
  const { inspectTelemetry } = await import('@visivo/telemetry/inspect')
  const { recording, reason } = inspectTelemetry(telemetry)
  console.log(`telemetry is ${recording ? 'on' : 'off'}: ${reason}`)
}

/** `cake telemetry on`, `cake telemetry off`. */
export async function turn(word) {
  const { turnOff, turnOn } = await import('@visivo/telemetry/control')
  const { ok, says } = word === 'on' ? turnOn(telemetry) : turnOff(telemetry)
  for (const sentence of says) console.log(sentence)
  if (!ok) process.exitCode = 1
}
