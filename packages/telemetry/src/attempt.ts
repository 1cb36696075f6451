/** What the work gives, or nothing where it throws: whatever goes wrong here, the host must not notice. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
