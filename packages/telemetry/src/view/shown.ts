import { relative } from 'node:path'
import { GLOBAL_SWITCH } from '@visivo/telemetry-config'
import type { Where } from '../consent.ts'
import { turnOff, turnOn } from '../control.ts'
import { ENVELOPE, STAMPED } from '../docs/wire-fields.ts'
import type { Catalogue } from '../events.ts'
import { type Inspection, inspectTelemetry, readSent } from '../inspect.ts'
import type { Telemetry } from '../telemetry.ts'
import type { WireEvent } from '../wire.ts'
import { type Meaning, meaningOf, type Timeline, timelineOf, type Use, usesOf } from './activity.ts'
import { adviceFor } from './advice.ts'
import type { Shown } from './answer.ts'

/** An event exactly as it leaves, and how the page sums it up. */
export interface Told {
  readonly event: WireEvent
  readonly means: Meaning
}

/** What the page gets. It holds no key. */
export interface State extends Omit<Inspection, 'places' | 'waiting' | 'unreadable'> {
  /** The program's name, such as `visivo`, and its version. */
  readonly product: { readonly name: string; readonly version: string }
  /** In CI and containers every run has an id of its own. */
  readonly isCi: boolean
  /** What keeps telemetry off here and what to do about it, in sentences. */
  readonly advice: readonly string[]
  /** What the person's own file says, which is what the switch changes. */
  readonly switch: { readonly on: boolean; readonly key: string; readonly file: string }
  /** Where everything that waits and was sent lies. */
  readonly directory: string
  /** Oldest first. */
  readonly waiting: readonly Told[]
  /** Oldest first, as far back as the log reaches. */
  readonly sent: readonly (Told & { readonly at: string })[]
  readonly timeline: Timeline
  readonly uses: readonly Use[]
  readonly catalogue: Catalogue
  readonly envelope: typeof ENVELOPE
  readonly stamps: typeof STAMPED
}

/** Looks at telemetry as it is seen from `where`, and turns the person's own switch. */
export function shownOf(telemetry: Telemetry, where: Where): Shown {
  return {
    read: () => readState(telemetry, where),
    turn: (on) => {
      const { ok, says } = on ? turnOn(telemetry, { where }) : turnOff(telemetry)
      return { done: ok, message: says.join(' ') }
    },
  }
}

/** Everything that the page tells. Throws where what telemetry keeps can't be read. */
function readState(telemetry: Telemetry, where: Where): State {
  const { product, home, isCi } = telemetry.world
  const { places, waiting, unreadable, ...inspection } = inspectTelemetry(telemetry, where)
  // It would be told that nothing waits and nothing was sent.
  if (unreadable) throw new Error(`${unreadable.path} can't be read`)
  const { checked } = inspection.decision
  const sent = readSent(telemetry)
  const short = (path: string) => (home === '' ? path : `~/${relative(home, path).replaceAll('\\', '/')}`)
  return {
    ...inspection,
    product: { name: product.name, version: String(telemetry.metadata[product.versionProperty]) },
    isCi,
    advice: adviceFor(checked, product),
    switch: {
      on: checked.some(({ kind, verdict }) => kind === 'global' && verdict !== 'off'),
      key: GLOBAL_SWITCH.join('.'),
      file: short(places.config),
    },
    directory: short(places.root),
    waiting: waiting.map(tell),
    sent: sent.map(({ sent_at, event }) => ({ at: sent_at, ...tell(event) })),
    timeline: timelineOf(sent, Date.now()),
    uses: usesOf(sent),
    catalogue: telemetry.catalogue,
    envelope: ENVELOPE,
    stamps: STAMPED,
  }
}

function tell(event: WireEvent): Told {
  return { event, means: meaningOf(event) }
}
