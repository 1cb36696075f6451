import type { Destination } from '@visivo/telemetry-config'
import { assemble } from './assemble.ts'
import type { Consent, Where } from './consent.ts'
import type { CourierJob } from './courier-job.ts'
import { isCourierElsewhere } from './courier-lock.ts'
import { lastChange } from './file-clock.ts'
import type { Guard } from './guard.ts'
import { holdAtExit, holdNow } from './hold-at-exit.ts'
import { hushed } from './hushed.ts'
import { type Identity, identify } from './identity.ts'
import { makePlace } from './make-place.ts'
import type { Metadata } from './metadata.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import { type Places, placesOf } from './places.ts'
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
  /** Where it would end with the command (`World.endsCouriers`), starts the courier before there is an event. */
  warmUp(where: Where): void
  /** There, waits for what was recorded. */
  settle(): void
}

/** Where events go. */
interface Way {
  readonly destination: Destination
  readonly places: Places
  readonly outbox: Outbox
}

/** Touches no disk before it is asked to. */
export function createRecorder({ world, guard, metadata, consent, courierJob }: Run): Recorder {
  let identity: Identity | undefined
  // Kept from one event to the next: its outbox remembers how many the disk did not take.
  let way: Way | undefined
  const wayTo = (destination: Destination): Way => {
    if (way && isSame(way.destination, destination)) return way
    const places = placesOf(world.product, world.home, destination)
    way = { destination, places, outbox: openOutbox(places.outbox, guard) }
    return way
  }
  const machineId = (destination: Destination): string => {
    if (identity) return identity.id
    const { places, outbox } = wayTo(destination)
    identity = identify(places.directory, world.isCi, () => makePlace('outbox', places.outbox))
    if (identity.isNew)
      outbox.put(assemble({ id: identity.id, metadata: metadata() }, 'new_installation', {}))
    return identity.id
  }

  return {
    machineId,
    record: (name, properties, where) => {
      const answer = consent(where)
      if (!answer.recording) return
      const { places, outbox } = wayTo(answer.destination)
      const run = { id: machineId(answer.destination), metadata: metadata() }
      const event = assemble(run, name, valuesOf(properties))
      if (!outbox.put(event)) return
      const edition = guard.edition()
      // By the clock of whoever keeps the outbox, which has just been written to.
      const now = lastChange(places.outbox)
      const start = startCourier(courierJob(answer.destination), places, edition, now)
      if (!world.endsCouriers) return
      // The courier of a container that is gone delivers nothing; then a later command does.
      const isHere =
        start === 'started' || (start === 'alive' && !isCourierElsewhere(places.destination, edition))
      if (isHere) holdAtExit({ places, edition, uuid: event.uuid })
    },
    warmUp: (where) => {
      if (!world.endsCouriers || world.debug) return
      const answer = consent(where)
      if (answer.recording)
        startCourier(
          { ...courierJob(answer.destination), early: true },
          wayTo(answer.destination).places,
          guard.edition(),
        )
    },
    settle: holdNow,
  }
}

function isSame(one: Destination, other: Destination): boolean {
  return one.host === other.host && one.apiKey === other.apiKey
}

/** The properties themselves. A program without types may leave out those of an event that has none. */
export function valuesOf(properties: Properties): Values {
  return (typeof properties === 'function' ? hushed(properties()) : properties) ?? {}
}
