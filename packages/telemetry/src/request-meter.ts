import { type Safe, UNMATCHED } from '@visivo/sanitize'
import { MOST_MILLISECONDS } from './events.ts'

/** One request that was answered. */
export interface RequestFacts {
  /** The router's template, made safe by `sanitizeRoute`. */
  readonly endpoint: Safe
  readonly method: Safe
  readonly statusCode: number
  /** A value that an event can't take, such as NaN, counts as 0. */
  readonly durationMs: number
}

/** Requests alike: how many, and their mean duration. A request on its own is a sum of one. */
export interface RequestSum extends RequestFacts {
  readonly count: number
  /** When the request, or the first of them, was answered: milliseconds since 1970. */
  readonly at: number
}

/** A person's pace: so many requests at once, refilled at so many a second, are events of their own. */
export const PACE = { burst: 100, perSecond: 1 } as const

/** No request stays here as long as this, in milliseconds; `follow-server` takes sums every ten seconds. */
const LONGEST_KEPT = 60_000

/** Different sums kept at once; an application has fewer routes, and whoever names routes at run time is bounded. */
const MOST_SUMS = 500

/** Counts requests in memory; nothing here costs the answering thread more than an addition. */
export interface RequestMeter {
  count(request: RequestFacts): void
  /** The requests at a person's pace since the last call; every call makes room for as many as its time allows. */
  takeSingles(): readonly RequestSum[]
  /** What was summed up since the last call. */
  takeSums(): readonly RequestSum[]
}

/** @param now the time in milliseconds since 1970 */
export function createRequestMeter(now: () => number = Date.now): RequestMeter {
  const sums = createSums(now)
  let tokens: number = PACE.burst
  let refilled = now()
  let singles: RequestSum[] = []
  const refill = (time: number): void => {
    tokens = Math.min(PACE.burst, tokens + (Math.max(0, time - refilled) / 1_000) * PACE.perSecond)
    refilled = time
  }

  return {
    count: (request) => {
      // Under load no clock is read here: that costs more than all the rest.
      if (tokens < 1) return sums.add(request)
      tokens -= 1
      singles.push({ ...request, durationMs: durationOf(request), count: 1, at: now() })
    },
    takeSingles: () => {
      refill(now())
      const taken = singles.map((request) => ({ ...request, at: recent(request.at, now()) }))
      singles = []
      return taken
    },
    takeSums: sums.take,
  }
}

interface Sum {
  readonly first: RequestFacts
  readonly at: number
  count: number
  totalMs: number
}

function createSums(now: () => number) {
  // By endpoint, and in a short list of its methods and statuses: joining the three to one key takes twice as long.
  let sums = new Map<Safe, Sum[]>()
  let different = 0
  const add = (request: RequestFacts): void => {
    const { endpoint, method, statusCode } = request
    const durationMs = durationOf(request)
    const ofEndpoint = sums.get(endpoint)
    // No status at all, NaN, is alike as well.
    const sum = ofEndpoint?.find(
      ({ first }) => Object.is(first.statusCode, statusCode) && first.method === method,
    )
    if (sum) {
      sum.count += 1
      sum.totalMs += durationMs
    } else if (different < MOST_SUMS || endpoint === UNMATCHED) {
      const begun = { first: request, at: now(), count: 1, totalMs: durationMs }
      if (ofEndpoint) ofEndpoint.push(begun)
      else sums.set(endpoint, [begun])
      different += 1
    } else add({ ...request, endpoint: UNMATCHED })
  }
  const take = (): readonly RequestSum[] => {
    const taken = [...sums.values()].flat()
    sums = new Map()
    different = 0
    return taken.map(({ first, at, count, totalMs }) => ({
      ...first,
      durationMs: totalMs / count,
      count,
      at: recent(at, now()),
    }))
  }
  return { add, take }
}

/**
 * What was counted is handed over within seconds. Where it seems older, or of tomorrow, the clock was set meanwhile, as
 * on a board that has none of its own: then it is as if it had been answered now.
 */
function recent(at: number, now: number): number {
  return Math.abs(now - at) < LONGEST_KEPT ? at : now
}

/** How long a request took. One that can't be added to others, or that no event takes, must not lose those it is summed with. */
export function durationOf({ durationMs }: Pick<RequestFacts, 'durationMs'>): number {
  const isDuration = typeof durationMs === 'number' && durationMs >= 0 && durationMs <= MOST_MILLISECONDS
  return isDuration ? durationMs : 0
}
