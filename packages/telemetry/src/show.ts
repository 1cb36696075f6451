import { assemble } from './assemble.ts'
import { attempt } from './attempt.ts'
import { decideFor, type Where } from './consent.ts'
import type { Catalogue } from './events.ts'
import { misfits, type StoredEvent } from './guard.ts'
import { type Identity, previewIdentity } from './identity.ts'
import { sayWhatCounts } from './in-words.ts'
import { sharedPlacesOf } from './places.ts'
import { type Properties, type Run, valuesOf } from './recorder.ts'
import { toWire } from './wire.ts'

/** What takes the recorder's place in debug mode: an event is shown on stderr as it would be sent, or why it would not. */
export function createShow({
  world,
  catalogue,
  guard,
  metadata,
}: Pick<Run, 'world' | 'guard' | 'metadata'> & { readonly catalogue: Catalogue }) {
  let identity: Identity | undefined
  const say = (text: string) => world.stderr().write(`${text}\n`)
  const show = (event: StoredEvent) => {
    const guarded = guard(event)
    if (guarded) say(JSON.stringify(toWire(guarded), null, 2))
    else
      say(
        `nothing would be sent: ${event.event} is not as declared (${misfits(catalogue, event).join(', ')})`,
      )
  }
  return (name: string, properties: Properties, where: Where): void => {
    const decision = decideFor(world, where, { untilFirstOff: true })
    if (!decision.enabled) return void say(`nothing would be sent: ${sayWhatCounts(decision.because)}`)
    const values = attempt(() => valuesOf(properties))
    // Its message may hold anything; the author knows where to look.
    if (!values) return void say(`nothing would be sent: ${name} could not be made, its function threw`)
    // Or its author would find another value in PostHog, and not why: what the run says of itself takes its place.
    const replaced = Object.keys(values).filter((key) => Object.hasOwn(catalogue.common, key))
    if (replaced.length > 0) say(`${name} has no ${replaced.join(', ')} of its own: every event carries that`)
    const { directory } = sharedPlacesOf(world.product, world.home)
    const { id, isNew } = identity ?? previewIdentity(directory, world.isCi)
    // A server shows more than one event: the machine is new in the first of them alone.
    identity = { id, isNew: false }
    const run = { id, metadata: metadata() }
    const events = [...(isNew ? [assemble(run, 'new_installation', {})] : []), assemble(run, name, values)]
    for (const event of events) show(event)
  }
}
