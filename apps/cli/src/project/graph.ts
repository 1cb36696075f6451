import { CircularReferenceError, renderPlace, UnknownReferenceError } from '../errors.ts'
import type { Kind } from './kinds.ts'
import { renderNearNames } from './near-names.ts'
import type { ProjectObject } from './objects.ts'
import { targetName } from './references.ts'

/** An object in the graph; its name alone identifies it. */
export interface GraphNode {
  readonly kind: Kind
  readonly name: string
}

/** `from` depends on `to`: a chart on its insights, a model on its source. */
export interface Edge {
  readonly from: GraphNode
  readonly to: GraphNode
}

/** The names that each name depends on. */
type Dependencies = ReadonlyMap<string, ReadonlySet<string>>

/**
 * The edges between the objects, each once, in the order of the objects. Throws an UnknownReferenceError naming every
 * reference to nothing, or a CircularReferenceError with the way around the circle.
 */
export function connect(objects: ReadonlyMap<string, ProjectObject>): Edge[] {
  const dependencies = findDependencies(objects)
  refuseCircles(objects, dependencies)
  const node = (name: string): GraphNode[] => {
    const object = objects.get(name)
    return object ? [{ kind: object.kind, name }] : []
  }
  return [...dependencies].flatMap(([name, targets]) =>
    node(name).flatMap((from) => [...targets].flatMap(node).map((to) => ({ from, to }))),
  )
}

function findDependencies(objects: ReadonlyMap<string, ProjectObject>): Dependencies {
  const problems: string[] = []
  const dependencies = new Map<string, Set<string>>()
  for (const object of objects.values()) {
    const targets = new Set<string>()
    for (const { name, path, place } of object.references) {
      const target = targetName(name, (one) => objects.has(one))
      if (target === undefined)
        problems.push(`${renderPlace(place)}: ${unknownReference(object, name, objects)}`)
      // A model's own metrics may name its columns: `${ref(orders).total}` inside orders.
      else if (target !== object.name || path === '') targets.add(target)
    }
    dependencies.set(object.name, targets)
  }
  if (problems.length > 0) throw new UnknownReferenceError(problems.join('\n'))
  return dependencies
}

function unknownReference(
  from: ProjectObject,
  name: string,
  objects: ReadonlyMap<string, ProjectObject>,
): string {
  const near = renderNearNames(name, objects.keys())
  return `'${from.name}' references '${name}', which the project doesn't have.${near}`
}

function refuseCircles(objects: ReadonlyMap<string, ProjectObject>, dependencies: Dependencies): void {
  const done = new Set<string>()
  for (const start of dependencies.keys()) {
    const circle = findCircle(start, dependencies, done)
    if (circle) {
      const place = objects.get(circle[0] ?? '')?.place
      throw new CircularReferenceError(
        `these objects depend on themselves: ${circle.join(' → ')}. Remove one of the references.`,
        { place },
      )
    }
  }
}

/** Depth first with a stack of its own: a long chain of objects must not exhaust the call stack. */
function findCircle(start: string, dependencies: Dependencies, done: Set<string>): string[] | undefined {
  const path = new Set<string>()
  const stack: { readonly name: string; readonly leave: boolean }[] = [{ name: start, leave: false }]
  for (let step = stack.pop(); step; step = stack.pop()) {
    if (step.leave) {
      path.delete(step.name)
      done.add(step.name)
      continue
    }
    if (path.has(step.name)) {
      const names = [...path]
      return [...names.slice(names.indexOf(step.name)), step.name]
    }
    if (done.has(step.name)) continue
    path.add(step.name)
    stack.push({ name: step.name, leave: true })
    for (const next of dependencies.get(step.name) ?? []) stack.push({ name: next, leave: false })
  }
  return undefined
}

/** Throws an UnknownReferenceError with near names when the project has no such object of this kind. */
export function requireObject(
  name: string,
  kind: Kind,
  objects: ReadonlyMap<string, ProjectObject>,
  asked: string,
): ProjectObject {
  const object = objects.get(name)
  if (object?.kind === kind) return object
  const names = [...objects.values()].filter((one) => one.kind === kind).map((one) => one.name)
  throw new UnknownReferenceError(
    `${asked} names '${name}', which is none of the project's ${kind}.${renderNearNames(name, names)}`,
  )
}
