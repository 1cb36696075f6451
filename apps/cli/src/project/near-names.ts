import { distance } from 'fastest-levenshtein'

/** At most three of `candidates` that `name` may be a slip of, the nearest first. */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  const limit = Math.max(2, Math.floor(name.length / 3))
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, steps: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ steps }) => steps <= limit)
    .sort((a, b) => a.steps - b.steps)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** ` Did you mean 'a' or 'b'?`, or an empty string when nothing is near. */
export function renderNearNames(name: string, candidates: Iterable<string>): string {
  const near = nearNames(name, candidates)
  return near.length === 0 ? '' : ` Did you mean ${near.map((one) => `'${one}'`).join(' or ')}?`
}
