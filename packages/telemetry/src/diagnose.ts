import { isAbsolute } from 'node:path'
import type { Checked } from '@visivo/telemetry-config'
import { checkOutbox, HOME_ADVICE } from './check-outbox.ts'
import { destinationOf, type Where } from './consent.ts'
import { KEY_REFUSED, NO_POSTHOG, sayGoing, sayOfOthers, sayWaiting } from './in-words.ts'
import { type Inspection, inspectTelemetry } from './inspect.ts'
import { type Probe, probe } from './probe.ts'
import type { Telemetry } from './telemetry.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: 'switch' | 'key' | 'host' | 'clock' | 'proxy' | 'outbox' | 'courier'
  /** False when somebody has to do something before events arrive. */
  readonly ok: boolean
  readonly says: string
  /** What to do. */
  readonly advice?: string
}

/** A clock that is off by more, in milliseconds, puts events on the wrong day. */
const CLOCK = 300_000
/** An event that waits longer than this beside a live courier, in milliseconds, shows that it is stuck. */
const PATIENCE = 120_000
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY']

/**
 * Looks for whatever keeps events from arriving, and says what to do about each. Asks the configured host for
 * any answer, unless telemetry is off or in debug mode: then it opens no socket. Writes nothing. Never rejects.
 * @param signal ends the asking at once
 */
export async function diagnose(
  telemetry: Telemetry,
  where: Where = {},
  signal?: AbortSignal,
): Promise<readonly Check[]> {
  const inspection = inspectTelemetry(telemetry, where)
  const destination = destinationOf(telemetry.world, where)
  const mayAsk = inspection.decision.enabled && !telemetry.world.debug
  const answer = destination && mayAsk ? await probe(destination.host, signal) : undefined
  return [
    checkSwitch(inspection),
    checkKey(telemetry, destination?.apiKey),
    ...(destination ? [checkHost(destination.host, answer, inspection)] : []),
    ...checkClock(answer),
    checkProxy(telemetry, answer),
    { name: 'outbox', ...checkOutbox(telemetry, where) },
    checkCourier(telemetry, inspection),
  ]
}

function fine(name: Check['name'], says: string): Check {
  return { name, ok: true, says }
}

function amiss(name: Check['name'], says: string, advice: string): Check {
  return { name, ok: false, says, advice }
}

function checkSwitch({ decision, recording, reason }: Inspection): Check {
  if (decision.enabled)
    return fine('switch', recording ? 'telemetry is on' : `telemetry is on, but ${reason}`)
  // Off is no fault, unless it is because a file can't be read.
  const { because } = decision
  const says = `telemetry is off: ${reason}`
  if (!because?.broken) return fine('switch', says)
  return amiss('switch', says, `${adviceFor(because)}; until then it counts as off.`)
}

/** A file whose directory nobody can tell has no path that is absolute. */
function adviceFor({ kind, path, source }: Checked): string {
  if (path === undefined || isAbsolute(path)) return `Mend ${path ?? source}`
  return kind === 'global' ? HOME_ADVICE : 'Change to a directory that is there'
}

function keyVariable({ world }: Telemetry): string {
  return `${world.product.envPrefix}_POSTHOG_API_KEY`
}

function keyAdvice(telemetry: Telemetry): string {
  return `Copy the project key from PostHog's project settings into ${keyVariable(telemetry)}.`
}

function checkKey(telemetry: Telemetry, key: string | undefined): Check {
  const { world } = telemetry
  const variable = keyVariable(telemetry)
  if (key === undefined)
    return amiss(
      'key',
      'there is no usable destination, so nothing is recorded or sent',
      `Set ${variable}, and ${world.product.envPrefix}_POSTHOG_HOST for a PostHog of your own (https).`,
    )
  if (/^phc_[A-Za-z0-9_-]+$/.test(key)) return fine('key', 'looks like a project key')
  if (key.startsWith('phx_'))
    return amiss(
      'key',
      'is a personal key, which can read your data',
      `Put the project key (phc_…) into ${variable}, and revoke the personal key if others could see it.`,
    )
  return amiss('key', 'does not look like a project key (phc_…)', keyAdvice(telemetry))
}

const HOST_ADVICE = {
  name: 'Check the spelling of the host and your name server; offline, events wait up to two weeks.',
  connection: 'Check the network and the firewall; events wait up to two weeks.',
  encryption:
    'If your network replaces certificates, name its own in NODE_EXTRA_CA_CERTS; check the clock too.',
  answer: 'Something listens there and does not answer: check that it is PostHog.',
  elsewhere:
    'Check host and path of your PostHog; the login of a network answers so, too. Events wait up to two weeks.',
} as const

const HOST_PROBLEM = {
  name: 'its name was not found',
  connection: 'no connection',
  encryption: 'no encrypted connection',
  answer: 'connected, but no answer',
} as const

function checkHost(host: string, answer: Probe | undefined, { nextAttempt, lastFailure }: Inspection): Check {
  if (!answer) return fine('host', `${host} was not asked: nothing would be sent now`)
  if (answer.reached === 'nothing')
    return amiss('host', `${host}: ${HOST_PROBLEM[answer.step]} (${answer.reason})`, HOST_ADVICE[answer.step])
  // An answer to the question is one of any web server; that to the events tells whose it is.
  if (nextAttempt !== undefined && lastFailure?.reason.endsWith(NO_POSTHOG))
    return amiss('host', `${host} answers, but ${NO_POSTHOG}`, HOST_ADVICE.elsewhere)
  if (answer.status < 500) return fine('host', `${host} answers`)
  return amiss(
    'host',
    `${host} answers with an error (${answer.status})`,
    'Wait: events are kept and tried again.',
  )
}

function checkClock(answer: Probe | undefined): readonly Check[] {
  if (answer?.reached !== 'answer' || !answer.serverTime) return []
  const off = Date.now() - answer.serverTime.getTime()
  if (Math.abs(off) <= CLOCK) return [fine('clock', 'agrees with the server')]
  const minutes = Math.round(Math.abs(off) / 60_000)
  const says = `is ${minutes} minutes ${off > 0 ? 'ahead of' : 'behind'} the server`
  return [amiss('clock', says, 'Set it: events carry the time of this machine.')]
}

function checkProxy({ world }: Telemetry, answer: Probe | undefined): Check {
  const names = PROXIES.flatMap((name) => [name, name.toLowerCase()])
  const set = names.filter((name) => world.env[name])
  if (set.length === 0) return fine('proxy', 'no proxy is set')
  const says = `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} set, and not used: events go to the host directly`
  if (answer?.reached !== 'nothing') return fine('proxy', says)
  const advice = `Let the host through directly, name a relay that can be reached in ${world.product.envPrefix}_POSTHOG_HOST, or switch telemetry off.`
  return amiss('proxy', says, advice)
}

function adviceAgainst(reason: string, telemetry: Telemetry): string {
  if (reason.endsWith(KEY_REFUSED)) return keyAdvice(telemetry)
  const { name, envPrefix } = telemetry.world.product
  if (reason.endsWith(NO_POSTHOG)) return `Check ${envPrefix}_POSTHOG_HOST.`
  return `${name} telemetry flush tries now.`
}

function checkCourier(telemetry: Telemetry, inspection: Inspection): Check {
  const { decision, courier, waiting, waitingOfOthers, waitingElsewhere } = inspection
  const { canSend, nextAttempt, lastFailure, unreadable } = inspection
  const atWork = `at work${courier.pid === undefined ? '' : ` (process ${courier.pid})`}`
  // Nothing that could be advised would send.
  if (!decision.enabled)
    return fine('courier', courier.alive ? atWork : 'none is started while telemetry is off')
  if (unreadable && !unreadable.isLog)
    return amiss(
      'courier',
      `nobody can tell what waits: ${unreadable.path} can't be read (${unreadable.reason})`,
      unreadable.advice,
    )
  const flush = `${telemetry.world.product.name} telemetry flush`
  const reason = lastFailure?.reason ?? 'it failed before'
  const oldest = Date.now() - Date.parse(waiting[0]?.timestamp ?? '')
  if (!canSend)
    return amiss('courier', 'no process can be started here', `Events wait; send them with ${flush}.`)
  if (nextAttempt !== undefined && waiting.length > 0)
    return amiss(
      'courier',
      `${sayWaiting(waiting.length)} until ${nextAttempt}: ${reason}`,
      adviceAgainst(reason, telemetry),
    )
  if (courier.alive && oldest > PATIENCE)
    return amiss(
      'courier',
      `${courier.pid === undefined ? 'one' : `process ${courier.pid}`} is at work, but events wait for minutes`,
      `If it is no server of yours, end it${courier.pid === undefined ? '' : ` (kill ${courier.pid})`}; then ${flush}.`,
    )
  if (courier.alive) return fine('courier', atWork)
  if (waiting.length > 0)
    return fine('courier', `none is at work; ${sayGoing(waiting.length)} out with the next command`)
  if (waitingOfOthers > 0) return fine('courier', `none is at work; ${sayOfOthers(waitingOfOthers)}`)
  if (waitingElsewhere > 0)
    return fine('courier', `none is at work; ${sayWaiting(waitingElsewhere)} for other destinations`)
  return fine('courier', 'none is at work, and nothing waits')
}
