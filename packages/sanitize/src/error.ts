import { fit, type Safe, safe } from './safe.ts'

/** Every text that `sanitizeErrorType` can give. */
export const ERROR_TYPE_SHAPE = /^[A-Z][A-Za-z0-9]{0,63}$/

const ERROR = safe`Error`

/** The start of a class's source text, with the name that stands there. */
const NAMED_CLASS = /^(?:class|function)\s+([A-Z][A-Za-z0-9]{0,63})[\s({]/
const LONGEST_START = 200
const MAX_DEPTH = 32

const { toString: sourceOf } = Function.prototype

/**
 * The class of a thrown value, as it is written in the program's source: `TypeError`, `ConfigError`. A class that
 * was named at run time, or not at all, counts as the nearest one above it that is written so. What is no error is
 * `Error`. The error's message, stack, `name` and `constructor` are not asked, and no getter is called.
 *
 * Bundlers take the name out of a class's source (`var ConfigError = class extends Error`).
 * @param declared the names of the program's own error classes, which need no proof
 */
export function sanitizeErrorType(error: unknown, declared: readonly string[] = []): Safe {
  try {
    return classOf(error, declared) ?? ERROR
  } catch {
    // undefined and null have no prototype; a proxy may throw from its trap.
    return ERROR
  }
}

/** The nearest written class between a value and the built-in Error; undefined if it doesn't inherit from that. */
function classOf(error: unknown, declared: readonly string[]): Safe | undefined {
  let found: Safe | undefined
  let prototype: unknown = Object.getPrototypeOf(error)
  // Counted, because a proxy can answer with ever new prototypes.
  for (let depth = 0; depth < MAX_DEPTH && prototype !== null; depth++) {
    found ??= writtenName(prototype as object, declared)
    if (prototype === Error.prototype) return found
    prototype = Object.getPrototypeOf(prototype)
  }
  return undefined
}

function writtenName(prototype: object, declared: readonly string[]): Safe | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof maker !== 'function') return undefined
  const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value
  if (typeof name === 'string' && declared.includes(name)) return fit(ERROR_TYPE_SHAPE, name)
  const start = sourceOf.call(maker).slice(0, LONGEST_START)
  return fit(ERROR_TYPE_SHAPE, NAMED_CLASS.exec(start)?.[1])
}
