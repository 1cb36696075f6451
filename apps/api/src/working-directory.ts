/** Where this process stands; empty where that was deleted, which for telemetry is as good as an opt-out. */
export function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return ''
  }
}
