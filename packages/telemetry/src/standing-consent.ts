import { existsSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type Decision, decide, readSources, type Sources } from '@visivo/telemetry-config'
import type { CourierJob } from './courier-job.ts'
import { isForGood } from './for-good.ts'
import type { StoredEvent } from './guard.ts'
import type { Outbox } from './outbox.ts'

/**
 * `off-for-good`: the person's own configuration says so, not only a project's. `unclear`: nobody says so, but a file
 * can't be understood. It is off as well, and costs nothing that was recorded before: it may be half written just now.
 */
export type StandingConsent = 'on' | 'unclear' | 'off' | 'off-for-good'

/** Of two places that both count, the one that allows less is heard. */
const STRICTEST_FIRST: readonly StandingConsent[] = ['off-for-good', 'off', 'unclear']

/** Whether what was recorded before is kept, sent or not. */
export function mayKeep(consent: StandingConsent): boolean {
  return consent === 'on' || consent === 'unclear'
}

/** Asks whether what was recorded may still be sent. */
export type AskStanding = () => StandingConsent

/**
 * Asks the one decider again, long after an event was recorded. A destination that is no longer allowed is off. What
 * the files say is remembered for as long as they hold the same text: a server asks every second.
 */
export function standingConsentOf(job: CourierJob): AskStanding {
  // A command's courier knows of no project, and the directory that it stands in is none.
  const { product, home, destination, projectDirectory = null, startedIn, envFilePath } = job
  const directories = startedIn === undefined ? [projectDirectory] : [projectDirectory, startedIn]
  const env = {
    [`${product.envPrefix}_POSTHOG_HOST`]: destination.host,
    [`${product.envPrefix}_POSTHOG_API_KEY`]: destination.apiKey,
  }
  let known: { readonly sources: readonly Sources[]; readonly answer: StandingConsent } | undefined
  return () => {
    // Unlike a file that is unclear for a moment, a home directory that was deleted is not to be made anew.
    if (!existsSync(home)) return 'off'
    const sources = directories.map((each) =>
      readSources(product, { env, home, projectDirectory: each, envFilePath }),
    )
    if (!known || !isDeepStrictEqual(sources, known.sources)) {
      const answers = sources.map((each) => answerOf(decide(product, each)))
      known = { sources, answer: STRICTEST_FIRST.find((answer) => answers.includes(answer)) ?? 'on' }
    }
    return known.answer
  }
}

function answerOf(decision: Decision): StandingConsent {
  if (decision.enabled) return 'on'
  if (isForGood(decision)) return 'off-for-good'
  const said = decision.checked.filter(({ verdict }) => verdict === 'off')
  return said.every(({ unclear }) => unclear) ? 'unclear' : 'off'
}

/**
 * Writes what may be kept; gives what the disk does not take just now, or nothing where telemetry is off. It is asked again
 * when all lies there: an opt-out that came meanwhile is heard of then, and a later one empties the outbox behind us.
 */
export function keepIn(
  outbox: Outbox,
  ask: AskStanding,
  events: readonly StoredEvent[],
): readonly StoredEvent[] | undefined {
  if (!mayKeep(ask())) return undefined
  const left = outbox.putAll(events)
  if (mayKeep(ask())) return left
  outbox.withdraw(events)
  return undefined
}
