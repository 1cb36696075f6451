import { createTelemetry, defineProduct } from '@visivo/telemetry'
import { followServer } from '@visivo/telemetry/server'

const telemetry = createTelemetry({ version: '1.2.3', product: defineProduct({ name: 'cake' }) })

/** One for all the routes. */
export const followed = followServer(telemetry)
