/**
 * Text that may leave the machine. Only this package makes it, so a field of this type can't be filled with
 * an argument, a path or a message that nobody sanitized. At run time it is an ordinary string.
 *
 * Marked by a name and not by a symbol: where two versions of this package are installed, as after an update of
 * `@visivo/telemetry` alone, text of one is safe for the other.
 */
export type Safe = string & { readonly '@visivo/sanitize': 'safe' }

/** Text of the program itself, with already safe text in its gaps: safe`${flag}=${VALUE}`. */
export function safe(literals: TemplateStringsArray, ...gaps: readonly Safe[]): Safe {
  return mint(literals.map((literal, at) => literal + (gaps[at] ?? '')).join(''))
}

/** The text itself when all of it has the shape, else undefined. Takes anything; only strings can fit. */
export function fit(shape: RegExp, text: unknown): Safe | undefined {
  return typeof text === 'string' && shape.test(text) ? mint(text) : undefined
}

/** The only cast to Safe. */
function mint(text: string): Safe {
  return text as Safe
}
