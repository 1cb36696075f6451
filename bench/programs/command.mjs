// A command that is followed, as an adopter would write it. BENCH_WORK: it works for so many milliseconds;
// BENCH_WAIT: the file in which it leaves how many milliseconds it waited at its end.
import { createTelemetry, followCommand } from '@visivo/telemetry'

const program = {
  name: 'tool',
  commands: [{ name: 'compile', options: [{ names: ['-o', '--output-dir'], value: 'required' }] }],
}
const telemetry = createTelemetry({ version: '1.0.0' })
telemetry.consent()
if (process.env.BENCH_WARM_UP !== 'no') telemetry.warmUp()
const running = followCommand(telemetry, ['compile', '--output-dir', '/tmp/output'], program)
const work = Number(process.env.BENCH_WORK ?? 0)
if (work > 0) await new Promise((resolve) => setTimeout(resolve, work))
const end = process.hrtime.bigint()
running.ended({ success: true, projectName: 'sales', objectCounts: { models: 3, charts: 2 } })
if (process.env.BENCH_WAIT) {
  const waited = Number(process.hrtime.bigint() - end) / 1e6
  process.getBuiltinModule('node:fs').writeFileSync(process.env.BENCH_WAIT, String(waited))
}
