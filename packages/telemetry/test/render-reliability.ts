import type { Fault } from './faults/fault.ts'

/** What came of a fault. */
export interface Measured {
  readonly recorded: number
  readonly arrived: number
  readonly doubles: number
  /** What the user could tell the run by from one with telemetry off. */
  readonly noticed: readonly string[]
  readonly exitCodes: readonly string[]
}

const INTRODUCTION = `# Reliability

What happens to events when things go wrong. Every row is a test with real processes: the built commands, couriers and
servers, with their own home directory and a misbehaving PostHog on loopback. Every command also runs with telemetry off:
its output must be the same, byte for byte, and so must its exit code.

An event is *recorded* when it lies in [the outbox](architecture.md). When it *arrives*, it is counted once, by its uuid. A
*double* is another arrival with the same uuid; PostHog keeps one of them. If a row ends with a later command, that
command's own event counts too. *All* is as many as were recorded, a number that depends on the machine.

\`npx -y pnpm@12 test\` measures every row again and fails when one is no longer true. To write a changed row, run
\`npx -y pnpm@12 exec vitest run packages/telemetry/test/reliability.test.ts -u\` after a build. Some rows need root on
Linux, to mount a full disk, to set up a silent name server or to make a space of process ids. Elsewhere these rows are
skipped by name, and the file stays as it is.
`

/** The document, with numbers as they were measured; a number that no machine repeats is written `all`. */
export function renderReliability(
  sections: readonly (readonly [string, readonly Fault[]])[],
  measured: ReadonlyMap<string, Measured>,
): string {
  const tables = sections.map(([title, faults]) => {
    const rows = faults.map((fault) => renderRow(fault, measured.get(fault.fault)))
    return `## ${title}\n\n${HEADER}\n${rows.join('\n')}\n`
  })
  return `${[INTRODUCTION, ...tables].join('\n')}`
}

const HEADER = `| fault | recorded | arrived | doubles | what the user noticed | exit code unchanged |
|---|---|---|---|---|---|`

function renderRow({ fault, events }: Fault, found: Measured | undefined): string {
  if (!found) return `| ${fault} | | | | | |`
  const [recorded, arrived] = events
  const cells = [
    recorded === 'all' ? 'all' : found.recorded,
    arrived === 'all' ? 'all' : found.arrived,
    found.doubles,
    found.noticed.length === 0 ? 'nothing' : found.noticed.join('; '),
    found.exitCodes.length === 0 ? 'yes' : found.exitCodes.join('; '),
  ]
  return `| ${[fault, ...cells].join(' | ')} |`
}
