import { followProcess } from '@visivo/telemetry'
import { commandSpecOf } from '@visivo/telemetry/oclif'
import { telemetry } from './telemetry.js'

let followed

/** Before a command is looked for. */
export async function init({ config }) {
  followed = followProcess(telemetry, commandSpecOf(config), { errorTypes: ['BurntError'], signals: true })
}

/** oclif prints an error and leaves; here it still says of which class it was. */
export async function end({ error }) {
  followed.note({ error })
}
