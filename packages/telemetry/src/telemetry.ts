import type { Destination, Product } from '@visivo/telemetry-config'
import { attempt } from './attempt.ts'
import { type Consent, rememberConsent, type Where } from './consent.ts'
import type { CourierJob } from './courier-job.ts'
import { type Catalogue, catalogueOf, type EVENTS, type EventSpec, type PropertiesOf } from './events.ts'
import { createGuard, type Guard } from './guard.ts'
import { gatherMetadata, type Metadata } from './metadata.ts'
import { noTelemetry } from './nothing.ts'
import { createRecorder } from './recorder.ts'
import { createShow } from './show.ts'
import { startableCourier } from './start-courier.ts'
import { uuidV7 } from './uuid-v7.ts'
import { isWhole, lookAround, type World } from './world.ts'

/** An adopter's own events, in the form of `EVENTS`. */
export type Extras = Readonly<Record<string, EventSpec>>
type NoExtras = Record<never, never>

/** What a program says about itself. Everything except its version has a default. */
export interface TelemetryOptions<X extends Extras = NoExtras>
  extends Partial<Pick<World, 'env' | 'home' | 'stderr'>> {
  /** The program's own version, such as `1.2.3`. */
  readonly version: string
  /** Whose names, directory and salt are used. Default: Visivo's. */
  readonly product?: Product
  /** Events of the program's own; the same guard checks them. */
  readonly events?: X
}

/**
 * One run of a program. No method throws or changes how the program ends; only a command whose courier would end with it
 * waits, a second at most.
 */
export interface Telemetry<X extends Extras = NoExtras> {
  readonly world: World
  readonly metadata: Metadata
  /** What is collected: the catalogue's events and the program's own. */
  readonly catalogue: Catalogue
  /** Checks an event against that catalogue. */
  readonly guard: Guard
  /**
   * Whether this run may record. The first run on a terminal prints the notice, and records nothing.
   * @param quiet the program's output is meant for another program: no notice is printed
   */
  consent(where?: Where, quiet?: boolean): Consent
  /**
   * Records an event: writes it to the outbox, or in debug mode to stderr.
   * @param properties if it is a function, it is called only when the event is recorded
   */
  record<N extends keyof (typeof EVENTS & X) & string>(
    name: N,
    properties: PropertiesOf<(typeof EVENTS & X)[N]> | (() => PropertiesOf<(typeof EVENTS & X)[N]>),
    where?: Where,
  ): void
  /**
   * Where a courier would end with the command (`World.endsCouriers`), as in CI, the command waits for it. This starts it
   * while the command still works, which makes the wait short.
   */
  warmUp(where?: Where): void
  /** False where no courier can be started, as in a bundle without the courier's file: then events only wait. */
  readonly canSend: boolean
  /** Waits for the courier now, if it would end with the command: for a program that a signal ends, without `exit`. */
  settle(): void
  /**
   * This run's anonymous id. If there is none, it is made and written, and recorded as an event of its own. This does not
   * ask for consent: call it only after `consent` said yes. Empty if no id can be had.
   */
  machineId(destination: Destination): string
  /** What a courier of this run has to know. */
  courierJob(destination: Destination): CourierJob
}

/** Where a run works that says nothing else. */
const HERE: Where = {}
const UNREADABLE: Consent = { recording: false, because: 'the configuration could not be read' }

/**
 * Sets up telemetry for one run of a program. Touches no disk and starts nothing. Never throws: where it can't be set
 * up, it is off.
 */
export function createTelemetry<const X extends Extras = NoExtras>(
  options: TelemetryOptions<X>,
): Telemetry<X> {
  return attempt(() => setUp(options)) ?? noTelemetry(options)
}

function setUp<X extends Extras>(options: TelemetryOptions<X>): Telemetry<X> {
  const world = lookAround(options)
  if (!isWhole(world)) throw new TypeError('not what the types ask for')
  const extras = asTheyTravel(options.events ?? {})
  const catalogue = catalogueOf(world.product.versionProperty, extras)
  const guard = createGuard(catalogue)
  const sessionId = uuidV7()
  let gathered: Metadata | undefined
  const metadata = () => {
    gathered ??= gatherMetadata(world.product, options.version, world.isCi, sessionId)
    return gathered
  }
  const consent = rememberConsent(world)
  const courierJob = (destination: Destination): CourierJob => ({
    product: world.product,
    home: world.home,
    destination,
    extras,
    ...(world.endsCouriers && { awaited: true }),
  })
  const recorder = createRecorder({ world, guard, metadata, consent, courierJob })
  const record = world.debug ? createShow({ world, catalogue, guard, metadata }) : recorder.record

  return {
    world,
    get metadata() {
      return metadata()
    },
    catalogue,
    guard,
    machineId: (destination) => attempt(() => recorder.machineId(destination)) ?? '',
    courierJob,
    get canSend() {
      return startableCourier() !== undefined
    },
    consent: (where = HERE, quiet) => attempt(() => consent(where, quiet)) ?? UNREADABLE,
    record: (name, properties, where = HERE) => void attempt(() => record(name, properties, where)),
    warmUp: (where = HERE) => void attempt(() => recorder.warmUp(where)),
    settle: () => void attempt(recorder.settle),
  }
}

/**
 * As a courier knows them. What doesn't survive it, such as a shape that is a `RegExp`, is no declaration here either: so
 * debug mode tells its author, and no courier drops in silence what was recorded.
 */
function asTheyTravel(events: Extras): Extras {
  return JSON.parse(JSON.stringify(events)) as Extras
}
