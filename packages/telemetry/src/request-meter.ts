import { type Safe, UNMATCHED } from '@visivo/sanitize'

/** One request that was answered. */
export interface RequestFacts {
  /** The router's template, made safe by `sanitizeRoute`. */
  readonly endpoint: Safe
  readonly method: Safe
  readonly statusCode: number
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

/** Different sums kept at once; an application has fewer routes, and whoever names routes at run time is bounded. */
const MOST_SUMS = 500

/** Counts requests in memory; nothing here costs the answering thread more than an addition. */
export interface RequestMeter {
  count(request: RequestFacts): void
  /** The requests at a person's pace since the last call. */
  takeSingles(): readonly RequestSum[]
  /** What was summed up since the last call. */
  takeSums(): readonly RequestSum[]
}

interface Sum {
  readonly first: RequestFacts
  readonly at: number
  count: number
  totalMs: number
}

/** @param now the time in milliseconds since 1970 */
export function createRequestMeter(now: () => number = Date.now): RequestMeter {
  let tokens: number = PACE.burst
  let refilled = now()
  let singles: RequestSum[] = []
  let sums = new Map<string, Sum>()

  const takeToken = (time: number): boolean => {
    if (tokens < 1) {
      tokens = Math.min(PACE.burst, tokens + (Math.max(0, time - refilled) / 1_000) * PACE.perSecond)
      refilled = time
    }
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
  const add = (request: RequestFacts, at: number): void => {
    const key = `${request.statusCode} ${request.method} ${request.endpoint}`
    const sum = sums.get(key)
    if (sum) {
      sum.count += 1
      sum.totalMs += request.durationMs
    } else if (sums.size < MOST_SUMS || request.endpoint === UNMATCHED) {
      sums.set(key, { first: request, at, count: 1, totalMs: request.durationMs })
    } else add({ ...request, endpoint: UNMATCHED }, at)
  }

  return {
    count: (request) => {
      const time = now()
      if (takeToken(time)) singles.push({ ...request, count: 1, at: time })
      else add(request, time)
    },
    takeSingles: () => {
      const taken = singles
      singles = []
      return taken
    },
    takeSums: () => {
      const taken = [...sums.values()].map(({ first, at, count, totalMs }) => ({
        ...first,
        durationMs: totalMs / count,
        count,
        at,
      }))
      sums = new Map()
      return taken
    },
  }
}
