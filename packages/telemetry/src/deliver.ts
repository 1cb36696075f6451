import type { Verdict } from './send.ts'

/** What became of a round of deliveries: all that waited was dealt with, or the rest is for later. */
export type Delivery = { readonly kind: 'done' | 'stopped' } | Extract<Verdict, { readonly kind: 'later' }>

/** What delivering needs from the world. */
export interface Carrier<T> {
  /** Those that still wait: what was taken away meanwhile, its person has opted out of. Asked before every request. */
  readonly waiting: (batch: readonly T[]) => readonly T[]
  readonly send: (batch: readonly T[]) => Promise<Verdict>
  /** Asked right before every request; false ends the round at once. */
  readonly mayGoOn: () => boolean
  readonly accepted: (batch: readonly T[]) => void
  /** An event that the server refuses even when it is alone. */
  readonly refused: (event: T) => void
}

/**
 * Delivers a batch. One that is refused is halved until the bad event is alone, so that its neighbours arrive.
 *
 * A server that refuses two events, each alone, and has taken none may refuse us, not them. Then it is asked for one event
 * of each part that is left, the last: if it takes one, all others are sent after all; if it takes none, everything is
 * kept.
 */
export async function deliver<T>(events: readonly T[], carrier: Carrier<T>): Promise<Delivery> {
  const open: (readonly T[])[] = [events]
  const alone: T[] = []
  const doubtful: (readonly T[])[] = []
  let someAccepted = false
  let reason = ''
  for (let part = open.pop(); part; part = open.pop()) {
    if (!carrier.mayGoOn()) return { kind: 'stopped' }
    const left = carrier.waiting(part)
    const isDoubtful = alone.length > 1 && !someAccepted
    if (isDoubtful) doubtful.push(left.slice(0, -1))
    const batch = isDoubtful ? left.slice(-1) : left
    if (batch.length === 0) continue
    const verdict = await carrier.send(batch)
    if (verdict.kind === 'later') return finish(verdict)
    if (verdict.kind === 'withheld') {
      if (!carrier.mayGoOn()) return { kind: 'stopped' }
      const still = carrier.waiting(batch)
      // Nothing says why any more, as where a file could not be read in that moment: not to be tried over and over.
      if (still.length === batch.length)
        return finish({ kind: 'later', reason: 'it was unsure whether it may go' })
      open.push(still)
      continue
    }
    if (verdict.kind === 'accepted') {
      carrier.accepted(batch)
      someAccepted = true
      open.push(...doubtful.splice(0))
      continue
    }
    reason = verdict.reason
    if (batch.length === 1) alone.push(...batch)
    else open.push(...halved(batch))
  }
  if (alone.length > 1 && !someAccepted) return { kind: 'later', reason }
  return finish({ kind: 'done' })

  function finish(delivery: Delivery): Delivery {
    if (someAccepted || events.length === 1) for (const event of alone) carrier.refused(event)
    return delivery
  }
}

/** The second half and the first, which is taken next. */
function halved<T>(batch: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(middle), batch.slice(0, middle)]
}
