import {
  type DecideOptions,
  type Decision,
  type Destination,
  decide,
  findDestination,
  readSources,
} from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import { isForGood } from './for-good.ts'
import { forgetWaiting } from './forget-waiting.ts'
import { sayWhatCounts } from './in-words.ts'
import { isNoticeDue, showNotice } from './notice.ts'
import { sharedPlacesOf } from './places.ts'
import type { World } from './world.ts'

/** Where a command or a server works: its project may opt out, and so may its `.env` file. */
export interface Where {
  /** In the project, or anywhere below it. Default: the working directory. */
  readonly projectDirectory?: string | undefined
  /** Where the program was started, if what it works on lies elsewhere: an opt-out there counts as well. */
  readonly startedIn?: string | undefined
  /** The variables of the `.env` file that the program loaded. */
  readonly envFile?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * That file's absolute path, or those of several: an opt-out in any counts even where the program's parser passes over
   * the line, or takes a later value.
   */
  readonly envFilePath?: string | readonly string[] | undefined
  /** If the program itself knows of an opt-out: what says so, in words. Then nothing is recorded, and this is the reason. */
  readonly optedOut?: string | undefined
}

/** Whether anything may be recorded, where it goes, and why not. */
export type Consent =
  | { readonly recording: true; readonly destination: Destination }
  | { readonly recording: false; readonly because: string; readonly untold?: true }

/**
 * What the one decider says of this place, with a row for every source unless `untilFirstOff` is asked for. A home or a
 * working directory that is unknown is one of its rows. Where the program was started elsewhere, the first off counts.
 */
export function decideFor(world: World, where: Where, options?: DecideOptions): Decision {
  const { product, env, home } = world
  // A program without types may hand over null.
  const { startedIn, ...place } = where ?? {}
  const decision = decide(product, readSources(product, { ...place, env, home }), options)
  if (!decision.enabled || startedIn === undefined) return decision
  return decideFor(world, { ...place, projectDirectory: startedIn }, options)
}

/** Where events go from this place, whether or not telemetry is on; nowhere if that can't be read. Holds the key. */
export function destinationOf({ product, env }: World, where: Where): Destination | undefined {
  return attempt(() => findDestination(product, env, where?.envFile ?? {}).destination)
}

/**
 * Asks whether this run may record. On a terminal whose person was never told, it tells them, and the answer is
 * no: nobody is measured before they know. Writes nothing when telemetry is off; what still waits from before
 * an opt-out goes.
 * @param quiet the program's output is meant for another program: nothing is told, and so nothing recorded
 */
function askConsent(world: World, where: Where, quiet: boolean): Consent {
  const decision = decideFor(world, where, { untilFirstOff: true })
  if (!decision.enabled) {
    if (isForGood(decision)) forgetWaiting(world.product, world.home)
    return { recording: false, because: sayWhatCounts(decision.because) }
  }
  const { notice } = sharedPlacesOf(world.product, world.home)
  const told = world.isCi || !isNoticeDue(notice) || world.stderr().isTTY !== true
  if (told) return { recording: true, destination: decision.destination }
  if (!quiet) showNotice(world.product, notice, world.stderr())
  return {
    recording: false,
    untold: true,
    because: 'nobody is measured before the run in which they are told',
  }
}

/** A no holds so long, in milliseconds, and is asked for once by a short command. A yes is asked for anew each time. */
const SHORTLY = 1_000

/** Asks for one run, over and over: who is told in it stays unmeasured in all of it. In debug mode nobody is told. */
export function rememberConsent(world: World): (where: Where, quiet?: boolean) => Consent {
  let untold: Consent | undefined
  let no: { readonly where: Where; readonly at: number; readonly answer: Consent } | undefined
  return (where, quiet = false) => {
    if (no?.where === where && Math.abs(Date.now() - no.at) < SHORTLY) return no.answer
    const answer = untold ?? askConsent(world, where, quiet || world.debug)
    const isUntold = !answer.recording && answer.untold
    // Who was only asked about is yet to be told.
    if (isUntold && quiet) return answer
    if (isUntold) untold = answer
    no = answer.recording ? undefined : { where, at: Date.now(), answer }
    return answer
  }
}
