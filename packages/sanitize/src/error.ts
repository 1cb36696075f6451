import { fit, type Safe, safe } from './safe.ts'

/** Every text that `sanitizeErrorType` can give. */
export const ERROR_TYPE_SHAPE = /^[A-Z][A-Za-z0-9]{0,63}$/

const ERROR = safe`Error`

/** The error classes of ECMAScript, of the web and of Node.js, which every program has. */
const BUILT_IN: readonly string[] = [
  'AggregateError',
  'AssertionError',
  'DOMException',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SuppressedError',
  'SyntaxError',
  'TypeError',
  'URIError',
]

const MAX_DEPTH = 32

/**
 * The class of a thrown value: one of the built-in ones (`TypeError`), or one that the program declares
 * (`ConfigError`). Any other class counts as the nearest of these above it, because a class's name may be somebody's
 * text: of a plugin, of a configuration that is code, of a class made at run time. What is not an error is `Error`.
 * The error's message, stack, `name` and `constructor` are not read, and no getter is called.
 * @param declared the names of the program's own error classes, as they stand in its source
 */
export function sanitizeErrorType(error: unknown, declared: readonly string[] = []): Safe {
  try {
    return classOf(error, [...BUILT_IN, ...declared]) ?? ERROR
  } catch {
    // undefined and null have no prototype; a proxy may throw from its trap.
    return ERROR
  }
}

/** The nearest known class between a value and the built-in Error; undefined if it doesn't inherit from that. */
function classOf(error: unknown, known: readonly string[]): Safe | undefined {
  let found: Safe | undefined
  let prototype: unknown = Object.getPrototypeOf(error)
  // Counted, because a proxy can answer with ever new prototypes.
  for (let depth = 0; depth < MAX_DEPTH && prototype !== null; depth++) {
    if (prototype === Error.prototype) return found
    found ??= knownName(prototype as object, known)
    prototype = Object.getPrototypeOf(prototype)
  }
  return undefined
}

function knownName(prototype: object, known: readonly string[]): Safe | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof maker !== 'function') return undefined
  const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value
  return fit(
    ERROR_TYPE_SHAPE,
    known.find((one) => one === name),
  )
}
