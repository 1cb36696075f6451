/**
 * What the work gives, or nothing where it throws, as where the host put something of its own in place of the clock or of
 * `process`: whatever goes wrong here, the host must not notice.
 */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
