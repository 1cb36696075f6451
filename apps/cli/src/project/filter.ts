import { UnknownReferenceError, UsageError } from '../errors.ts'
import type { Edge } from './graph.ts'
import { renderNearNames } from './near-names.ts'
import { targetName } from './references.ts'

/** One part of a filter. Distances are counted in edges: 0 is none, Infinity all. */
export interface FilterTerm {
  readonly name: string
  /** How far the things that `name` depends on are taken. */
  readonly upstream: number
  /** How far the things that depend on `name` are taken. */
  readonly downstream: number
}

const TERM = /^(?:(\d*)\+)?([^+]+?)(?:\+(\d*))?$/

/**
 * Parses a `--dag-filter`: `name`, `+name`, `name+`, `2+name`, `name+1`, and several of them with commas.
 * Throws a UsageError that shows the forms.
 */
export function parseFilter(text: string): FilterTerm[] {
  return text.split(',').map((part) => {
    const [, before, name, after] = TERM.exec(part.trim()) ?? []
    if (name === undefined || name.trim() === '') {
      throw new UsageError(
        `'${part.trim()}' is not a filter. Write name, +name, name+, 2+name or name+1; several with commas.`,
      )
    }
    return { name: name.trim(), upstream: reach(before), downstream: reach(after) }
  })
}

/**
 * The names that a filter selects. Throws an UnknownReferenceError with near names for a name that is not in
 * `names`.
 */
export function selectNames(
  terms: readonly FilterTerm[],
  names: ReadonlySet<string>,
  edges: readonly Edge[],
): Set<string> {
  const upstream = neighbours(edges, (edge) => [edge.from.name, edge.to.name])
  const downstream = neighbours(edges, (edge) => [edge.to.name, edge.from.name])
  const selected = new Set<string>()
  for (const term of terms) {
    const start = targetName(term.name, (name) => names.has(name))
    if (start === undefined) {
      throw new UnknownReferenceError(
        `--dag-filter names '${term.name}', which the project doesn't have.${renderNearNames(term.name, names)}`,
      )
    }
    for (const name of walk(start, upstream, term.upstream)) selected.add(name)
    for (const name of walk(start, downstream, term.downstream)) selected.add(name)
  }
  return selected
}

function reach(written: string | undefined): number {
  if (written === undefined) return 0
  return written === '' ? Number.POSITIVE_INFINITY : Number(written)
}

function neighbours(
  edges: readonly Edge[],
  direction: (edge: Edge) => readonly [string, string],
): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>()
  for (const edge of edges) {
    const [from, to] = direction(edge)
    const targets = table.get(from) ?? []
    targets.push(to)
    table.set(from, targets)
  }
  return table
}

/** `start` and everything at most `distance` steps away, level by level. */
function walk(start: string, table: ReadonlyMap<string, readonly string[]>, distance: number): Set<string> {
  const seen = new Set([start])
  let level = [start]
  for (let step = 0; step < distance && level.length > 0; step += 1) {
    level = [...new Set(level.flatMap((name) => table.get(name) ?? []))].filter((name) => !seen.has(name))
    for (const name of level) seen.add(name)
  }
  return seen
}
