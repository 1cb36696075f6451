// In the lower half, as RFC 9562 advises: a command, or a second of a server, does not come to the end of the counter.
let made = chance(2_048)

/**
 * A UUIDv7 (RFC 9562): the time in milliseconds, a counter of 12 bits, then 62 random bits, so that names sort by
 * age: those of one process, as a rule, also within a millisecond.
 *
 * The bits come from `Math.random`: these ids must not repeat, but they protect nothing, and loading
 * `node:crypto` would cost a command more than everything else that telemetry does in it. The counter is for a
 * program whose tests have put a number in place of `Math.random`.
 */
export function uuidV7(now: number = Date.now()): string {
  // A program may have put a clock in place of `Date.now` that gives parts of milliseconds.
  const time = Math.floor(Math.max(0, Math.min(now, 2 ** 48 - 1)))
    .toString(16)
    .padStart(12, '0')
  made = (made + 1) % 4_096
  const variant = '89ab'.charAt(chance(4))
  return `${time.slice(0, 8)}-${time.slice(8)}-7${made.toString(16).padStart(3, '0')}-${variant}${hex(3)}-${hex(12)}`
}

function hex(digits: number): string {
  return chance(16 ** digits)
    .toString(16)
    .padStart(digits, '0')
}

/** A whole number below `count`; also where tests have put 1 in place of chance, which it never gives, or nothing. */
function chance(count: number): number {
  return Math.floor(Math.random() * count) % count || 0
}
