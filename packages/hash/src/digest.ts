// The class instead of the `sha256` function: the wrapper around it doubles the cost of loading.
import { _SHA256 } from '@noble/hashes/sha2.js'

const DIGEST_BYTES = 8

/**
 * The first 16 hex digits (lower case, 64 bits) of the SHA-256 of `text` as UTF-8, a lone surrogate counting
 * as U+FFFD. Enough to name a file or to notice damage, not to withstand someone who searches for a collision.
 */
export function digest16(text: string): string {
  const digest = new _SHA256().update(new TextEncoder().encode(text)).digest()
  let hex = ''
  for (const byte of digest.subarray(0, DIGEST_BYTES)) hex += byte.toString(16).padStart(2, '0')
  return hex
}
