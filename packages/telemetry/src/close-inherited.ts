import { closeSync, readdirSync, readFileSync } from 'node:fs'
import { attempt } from './attempt.ts'

/** The flag of a descriptor that no other program is handed, as `open(2)` of Linux defines it. */
const O_CLOEXEC = 0o2000000

/**
 * Closes what this process was given open by whoever started it: Node hands on most descriptors above 15, and a lock or
 * a pipe would be held for as long as a courier lives. Whatever Node opens itself has the flag, but certificates: call it
 * before TLS is loaded. Never throws.
 *
 * Only Linux shows the flags of a descriptor, in `/proc`. macOS does not, and Deno closes only what it opened: there
 * nothing is closed.
 */
export function closeInherited(): void {
  for (const descriptor of attempt(() => readdirSync('/proc/self/fd').map(Number)) ?? []) {
    // One of them was open for the list alone, and is gone.
    attempt(() => descriptor > 2 && isInherited(descriptor) && closeSync(descriptor))
  }
}

function isInherited(descriptor: number): boolean {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')
  const [, flags] = /^flags:\s*([0-7]+)$/m.exec(info) ?? []
  return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0
}
