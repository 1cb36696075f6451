/** A reference as it stands in a string: `${ref(orders).total}` has the name `orders` and the path `.total`. */
export interface FoundReference {
  readonly name: string
  readonly path: string
}

const REFERENCE = /\$\{\s*ref\(([^()]*)\)([^{}]*)\}/g
// Passed on as it is, what lacks a bracket, or has those of dbt, would be a reference that nobody checks.
const BROKEN = /\$\{\s*ref\s*\([^}\n]*\}?|\{\{-?\s*ref\s*\([^}\n]*\}{0,2}/
const OLD_REFERENCE = /^\s*ref\(([^()]*)\)([\w.[\]]*)\s*$/

/** Every `${ref(name)}` in a string, in order; the older `ref(name)` counts when it is the whole string. */
export function findReferences(text: string): FoundReference[] {
  const found: FoundReference[] = []
  replaceReferences(text, (reference) => {
    found.push(reference)
    return ''
  })
  return found
}

/** What in a string begins like a reference and is none, or undefined: `${ref(orders)` without its end. */
export function findBrokenReference(text: string): string | undefined {
  return BROKEN.exec(text.replace(REFERENCE, ''))?.[0]
}

/** The string with each of its references replaced by what `replace` makes of it. */
export function replaceReferences(text: string, replace: (reference: FoundReference) => string): string {
  const read = (_match: string, name: string, path: string) =>
    replace({ name: name.trim(), path: path.trim() })
  return OLD_REFERENCE.test(text) ? text.replace(OLD_REFERENCE, read) : text.replace(REFERENCE, read)
}

/** The name that a reference means: as it is written, or without the quotes around it if only that exists. */
export function targetName(written: string, exists: (name: string) => boolean): string | undefined {
  if (exists(written)) return written
  const bare = /^(['"])(.*)\1$/.exec(written)?.[2]
  return bare !== undefined && exists(bare) ? bare : undefined
}
