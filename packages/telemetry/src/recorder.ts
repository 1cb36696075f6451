import { assemble } from './assemble.ts'
import type { Consent, Where } from './consent.ts'
import type { CourierJob } from './courier-job.ts'
import type { Guard, StoredEvent } from './guard.ts'
import { holdAtExit } from './hold-at-exit.ts'
import { type Identity, identify } from './identity.ts'
import type { Metadata } from './metadata.ts'
import { openOutbox } from './outbox.ts'
import { type Destination, type Places, placesOf } from './places.ts'
import { startCourier } from './start-courier.ts'
import type { World } from './world.ts'

type Values = Readonly<Record<string, unknown>>
/** An event's own properties, or what makes them if they are wanted. */
export type Properties = Values | (() => Values)

/** What the events of one run are made of and pass by. */
export interface Run {
  readonly world: World
  readonly guard: Guard
  readonly metadata: () => Metadata
  readonly consent: (where: Where) => Consent
  readonly courierJob: (destination: Destination) => CourierJob
}

/** The way of an event: whether it may be recorded, the outbox, and a courier for it. May throw. */
export interface Recorder {
  /** The id of this run, made and written if there is none; a new one is an event by itself. */
  machineId(destination: Destination): string
  record(name: string, properties: Properties, where: Where): void
  /** In CI, starts the courier before there is an event. */
  warmUp(where: Where): void
  /** In CI, waits for what was recorded. */
  settle(): void
}

/** Touches no disk before it is asked to. */
export function createRecorder({ world, guard, metadata, consent, courierJob }: Run): Recorder {
  const hold = holdAtExit()
  let identity: Identity | undefined
  let placed: { readonly destination: Destination; readonly at: Places } | undefined
  const places = (destination: Destination): Places => {
    if (placed?.destination !== destination)
      placed = { destination, at: placesOf(world.product, world.home, destination) }
    return placed.at
  }
  const put = (at: Places, event: StoredEvent) => openOutbox(at.outbox, guard).put(event)
  const machineId = (destination: Destination): string => {
    if (identity) return identity.id
    const at = places(destination)
    identity = identify(at.directory, world.isCi)
    if (identity.isNew) put(at, assemble({ id: identity.id, metadata: metadata() }, 'new_installation', {}))
    return identity.id
  }

  return {
    machineId,
    record: (name, properties, where) => {
      const answer = consent(where)
      if (!answer.recording) return
      const at = places(answer.destination)
      const run = { id: machineId(answer.destination), metadata: metadata() }
      const event = assemble(run, name, valuesOf(properties))
      if (!put(at, event)) return
      const start = startCourier(courierJob(answer.destination), at)
      if (world.isCi && (start === 'started' || start === 'alive'))
        hold.until({ places: at, uuid: event.uuid })
    },
    warmUp: (where) => {
      if (!world.isCi || world.debug) return
      const answer = consent(where)
      if (answer.recording)
        startCourier({ ...courierJob(answer.destination), early: true }, places(answer.destination))
    },
    settle: hold.now,
  }
}

/** The properties themselves. */
export function valuesOf(properties: Properties): Values {
  return typeof properties === 'function' ? properties() : properties
}
