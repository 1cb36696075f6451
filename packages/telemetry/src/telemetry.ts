import type { Product } from '@visivo/telemetry-config'
import { assemble } from './assemble.ts'
import { askConsent, type Consent, decideFor, type Where } from './consent.ts'
import type { CourierJob } from './courier-job.ts'
import { type Catalogue, catalogueOf, type EVENTS, type EventSpec, type PropertiesOf } from './events.ts'
import { createGuard, type Guard, misfits, type StoredEvent } from './guard.ts'
import { holdAtExit } from './hold-at-exit.ts'
import { type Identity, identify, previewIdentity } from './identity.ts'
import { sayWhatCounts } from './in-words.ts'
import { gatherMetadata, type Metadata } from './metadata.ts'
import { noTelemetry, orNothing } from './nothing.ts'
import { openOutbox } from './outbox.ts'
import { type Destination, type Places, placesOf } from './places.ts'
import { startCourier } from './start-courier.ts'
import { uuidV7 } from './uuid-v7.ts'
import { toWire } from './wire.ts'
import { lookAround, type World } from './world.ts'

/** An adopter's own events, in the form of `EVENTS`. */
export type Extras = Readonly<Record<string, EventSpec>>
type NoExtras = Record<never, never>

/** What a program says of itself; all but its version has a default. */
export interface TelemetryOptions<X extends Extras = NoExtras>
  extends Partial<Pick<World, 'env' | 'home' | 'stderr'>> {
  /** The program's own version, such as `1.2.3`. */
  readonly version: string
  /** Whose names, directory and salt: Visivo's, unless given. */
  readonly product?: Product
  /** Events of the program's own; they stand under the same guard. */
  readonly events?: X
}

/** One run of a program. No method throws or changes how the program ends; only a command in CI waits, a second at most. */
export interface Telemetry<X extends Extras = NoExtras> {
  readonly world: World
  readonly metadata: Metadata
  /** What is collected: the catalogue's events and the program's own. */
  readonly catalogue: Catalogue
  /** What an event has to be like, by that catalogue. */
  readonly guard: Guard
  /**
   * Whether this run may record. The first run on a terminal is told, and records nothing.
   * @param quiet the program's output is meant for another program: nothing is told
   */
  consent(where?: Where, quiet?: boolean): Consent
  /**
   * Records an event: into the outbox, or in debug mode on stderr.
   * @param properties a function is called only if the event is recorded
   */
  record<N extends keyof (typeof EVENTS & X) & string>(
    name: N,
    properties: PropertiesOf<(typeof EVENTS & X)[N]> | (() => PropertiesOf<(typeof EVENTS & X)[N]>),
    where?: Where,
  ): void
  /** In CI a command waits for its courier: started while the command works, it makes that wait short. */
  warmUp(where?: Where): void
  /** In CI, waits for it now: for a program whose end, as by a signal, no exit comes before. */
  settle(): void
  /** This run's anonymous id, made and written if there is none; a new one is an event by itself. */
  machineId(destination: Destination): string
  /** What a courier of this run has to know. */
  courierJob(destination: Destination): CourierJob
}

/** A no holds so long, in milliseconds, and is asked for once by a short command. A yes is asked for anew each time. */
const SHORTLY = 1_000
/** Where a run works that says nothing else. */
const HERE: Where = {}

/**
 * Sets up telemetry for one run of a program. Touches no disk and starts nothing. Never throws: where it can't be set
 * up, it is off.
 */
export function createTelemetry<const X extends Extras = NoExtras>(
  options: TelemetryOptions<X>,
): Telemetry<X> {
  return orNothing(
    () => setUp(options),
    () => noTelemetry(options.product),
  )
}

function setUp<X extends Extras>(options: TelemetryOptions<X>): Telemetry<X> {
  const world = lookAround(options)
  const extras: Extras = options.events ?? {}
  const catalogue = catalogueOf(world.product.versionProperty, extras)
  const guard = createGuard(catalogue)
  const sessionId = uuidV7()
  let gathered: Metadata | undefined
  const metadata = () => {
    gathered ??= gatherMetadata(world.product, options.version, world.isCi, sessionId)
    return gathered
  }
  let placed: { readonly destination: Destination; readonly at: Places } | undefined
  const places = (destination: Destination): Places => {
    if (placed?.destination !== destination)
      placed = { destination, at: placesOf(world.product, world.home, destination) }
    return placed.at
  }
  let identity: Identity | undefined
  let untold: Consent | undefined
  const hold = holdAtExit()
  let no: { readonly where: Where; readonly at: number; readonly answer: Consent } | undefined

  const consent = (where: Where, quiet = false): Consent => {
    if (no?.where === where && Math.abs(Date.now() - no.at) < SHORTLY) return no.answer
    const answer = untold ?? askConsent(world, where, quiet || world.debug)
    if (!answer.recording && answer.untold) untold = answer
    no = answer.recording ? undefined : { where, at: Date.now(), answer }
    return answer
  }
  const put = (at: Places, event: StoredEvent) => openOutbox(at.outbox, guard).put(event)
  const machineId = (destination: Destination): string => {
    if (identity) return identity.id
    const at = places(destination)
    identity = identify(at.directory, world.isCi)
    if (identity.isNew) put(at, assemble({ id: identity.id, metadata: metadata() }, 'new_installation', {}))
    return identity.id
  }
  const courierJob = (destination: Destination): CourierJob => ({
    product: world.product,
    home: world.home,
    destination,
    extras,
    ...(world.isCi && { awaited: true }),
  })
  const record = (name: string, properties: Properties, where: Where): void => {
    const answer = consent(where)
    if (!answer.recording) return
    const at = places(answer.destination)
    const run = { id: machineId(answer.destination), metadata: metadata() }
    const event = assemble(run, name, valuesOf(properties))
    if (!put(at, event)) return
    const start = startCourier(courierJob(answer.destination), at)
    if (world.isCi && (start === 'started' || start === 'alive')) hold.until({ places: at, uuid: event.uuid })
  }
  const show = (name: string, properties: Properties, where: Where): void => {
    const decision = decideFor(world, where)
    if (!decision.enabled)
      return void world.stderr().write(`nothing would be sent: ${sayWhatCounts(decision.because)}\n`)
    const { id, isNew } = identity ?? previewIdentity(places(decision.destination).directory, world.isCi)
    // A server shows more than one event: the machine is new in the first of them alone.
    identity = { id, isNew: false }
    const run = { id, metadata: metadata() }
    const events = [
      ...(isNew ? [assemble(run, 'new_installation', {})] : []),
      assemble(run, name, valuesOf(properties)),
    ]
    for (const event of events) {
      const guarded = guard(event)
      const shown = guarded
        ? JSON.stringify(toWire(guarded), null, 2)
        : `nothing would be sent: ${event.event} is not as declared (${misfits(catalogue, event).join(', ')})`
      world.stderr().write(`${shown}\n`)
    }
  }

  return {
    world,
    get metadata() {
      return metadata()
    },
    catalogue,
    guard,
    machineId,
    courierJob,
    consent: (where = HERE, quiet) =>
      silently(() => consent(where, quiet)) ?? {
        recording: false,
        because: 'the configuration could not be read',
      },
    record: (name, properties, where = HERE) =>
      void silently(() => (world.debug ? show : record)(name, properties, where)),
    warmUp: (where = HERE) =>
      void silently(() => {
        if (!world.isCi || world.debug) return
        const answer = consent(where)
        if (answer.recording)
          startCourier({ ...courierJob(answer.destination), early: true }, places(answer.destination))
      }),
    settle: () => void silently(hold.now),
  }
}

type Values = Readonly<Record<string, unknown>>
type Properties = Values | (() => Values)

function valuesOf(properties: Properties): Values {
  return typeof properties === 'function' ? properties() : properties
}

/** Telemetry's own failures are nobody's business but its own. */
function silently<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
