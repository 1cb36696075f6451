// A command as an adopter writes it.
import { createTelemetry, followProcess } from '@visivo/telemetry'
import { inspectTelemetry } from '@visivo/telemetry/inspect'

const telemetry = createTelemetry({ version: '1.2.3' })
followProcess(telemetry, { name: 'cake' }, { withoutCommand: true })
console.log(inspectTelemetry(telemetry).canSend ? 'sends' : 'nothing is sent from here')
