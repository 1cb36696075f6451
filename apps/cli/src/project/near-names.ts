import { distance } from 'fastest-levenshtein'

/** Edits that a slip takes at most: two letters that changed places are two. */
const SLIP = 2

/**
 * At most three of `candidates` that `name` may be a slip of, the nearest first. Of up to two letters that is another case
 * alone, of up to five it is one edit.
 */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const limit = (other: string) => Math.min(SLIP, Math.floor(Math.max(name.length, other.length) / 3))
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, steps: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, steps }) => steps <= limit(candidate))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** ` Did you mean 'a' or 'b'?`, or an empty string when nothing is near. */
export function renderNearNames(name: string, candidates: Iterable<string>): string {
  const near = nearNames(name, candidates)
  return near.length === 0 ? '' : ` Did you mean ${near.map((one) => `'${one}'`).join(' or ')}?`
}
