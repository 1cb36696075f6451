import { type Inspection, inspectTelemetry, type Unreadable } from '@visivo/telemetry/inspect'
import type { CommandContext } from '../../context.ts'
import { print, renderColumns, renderTime } from './print.ts'
import { type TelemetryFlags, telemetryHere } from './telemetry-here.ts'

/** `visivo telemetry`: on or off and because of what, where events go, what waits. Its JSON holds no event. */
export async function status(flags: TelemetryFlags, context: CommandContext): Promise<void> {
  const { telemetry, where } = telemetryHere(context)
  const inspection = inspectTelemetry(telemetry, where)
  print(
    context,
    flags,
    { ...inspection, waiting: inspection.waiting.length },
    renderStatus(inspection, telemetry.world.isCi),
  )
}

function renderStatus(inspection: Inspection, isCi: boolean): string {
  return `${headline(inspection)}
${inspection.contradiction === undefined ? '' : `Note: ${inspection.contradiction}. Any off wins.\n`}
What was looked at; the first off is the reason:
${renderColumns(sourceRows(inspection))}
${renderColumns(factRows(inspection, isCi), '')}
visivo telemetry --help lists what you can do about it.
`
}

function headline({ decision, recording, reason }: Inspection): string {
  if (!decision.enabled) return `Telemetry is off: ${reason}.`
  return recording ? `Telemetry is on: ${reason}.` : `Telemetry is on, but ${reason}.`
}

const VERDICTS = { off: 'off', silent: '-', on: 'on' } as const

function sourceRows({ decision }: Inspection): readonly (readonly string[])[] {
  const { because, checked } = decision
  return checked.map((row) => [
    row === because ? '>' : '',
    VERDICTS[row.verdict],
    row.source,
    row.value + (row.path === undefined || row.verdict !== 'off' ? '' : ` (${row.path})`),
  ])
}

function factRows(inspection: Inspection, isCi: boolean): readonly (readonly string[])[] {
  const { destination, machineId, places, unreadable } = inspection
  return [
    ['Destination', destination ? `${destination.host}, with a key` : 'none'],
    ['Machine id', machineId ? `${machineId.id} in ${machineId.path}` : sayNoId(places.machineId, isCi)],
    ...(unreadable?.isLog === false ? [] : deliveryRows(inspection)),
    ...(unreadable ? [unreadableRow(unreadable)] : []),
    ['Notice', isCi ? 'none in CI and containers' : sayNotice(inspection)],
  ]
}

function unreadableRow({ path, reason, isLog }: Unreadable): readonly string[] {
  return [isLog ? 'Sent' : 'Waiting', `nobody can tell: ${path} can't be read (${reason})`]
}

/** What the directory of telemetry tells of what waits and how sending went. */
function deliveryRows(inspection: Inspection): readonly (readonly string[])[] {
  const { waiting, waitingOfOthers, waitingElsewhere, dropped } = inspection
  const { lastSuccess, lastFailure, nextAttempt } = inspection
  const ofOthers = waitingOfOthers === 0 ? '' : `, and ${waitingOfOthers} of another version`
  const elsewhere = waitingElsewhere === 0 ? '' : `, and ${waitingElsewhere} for other destinations`
  return [
    ['Waiting', `${waiting.length}${ofOthers}${elsewhere}`],
    ['Last success', lastSuccess === undefined ? 'none' : renderTime(lastSuccess)],
    ['Last failure', lastFailure ? `${renderTime(lastFailure.at)}: ${lastFailure.reason}` : 'none'],
    ...(nextAttempt === undefined ? [] : [['Next attempt', `after ${renderTime(nextAttempt)}`]]),
    ['Given up', String(dropped)],
    ['Courier', sayCourier(inspection)],
  ]
}

/** In CI a file may hold one all the same, of whoever shares the home directory: it is not looked at. */
function sayNoId(path: string, isCi: boolean): string {
  return isCi ? 'a new one in each run, in CI and containers' : `none in ${path}`
}

/** Nothing is told where nothing is recorded. */
function sayNotice({ notice, recording }: Inspection): string {
  if (notice === 'shown') return 'was shown'
  return recording ? 'is shown by the next command on a terminal' : 'was not shown yet'
}

function sayCourier({ courier, canSend }: Inspection): string {
  if (courier.alive) return courier.pid === undefined ? 'on its way' : `process ${courier.pid}`
  return canSend ? 'none at work' : 'none can be started here: events wait for visivo telemetry flush'
}
