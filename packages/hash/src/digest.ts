import { sha256 } from './sha256.ts'

/**
 * The first 16 hex digits (lower case, 64 bits) of the SHA-256 of `text` as UTF-8, a lone surrogate counting
 * as U+FFFD. Enough to name a file, not to withstand someone who searches for a collision.
 */
export function digest16(text: string): string {
  const [first = 0, second = 0] = sha256(new TextEncoder().encode(text))
  return hex(first) + hex(second)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
