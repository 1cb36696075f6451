// A command that is followed, as the guide has it. BENCH_WORK: it works for so many milliseconds; BENCH_WARM_UP=no: its
// courier is started at its end only; BENCH_WAIT: the file in which it leaves how many milliseconds that end took.
import { createTelemetry, followProcess } from '@visivo/telemetry'

const { BENCH_WORK = '0', BENCH_WARM_UP, BENCH_WAIT } = process.env
const program = {
  name: 'tool',
  commands: [{ name: 'compile', options: [{ names: ['-o', '--output-dir'], value: 'required' }] }],
}
let telemetry = createTelemetry({ version: '1.0.0' })
if (BENCH_WARM_UP === 'no') telemetry = Object.create(telemetry, { warmUp: { value: () => {} } })

let end = 0n
if (BENCH_WAIT) process.once('exit', () => (end = process.hrtime.bigint()))
const followed = followProcess(telemetry, program, { argv: ['compile', '--output-dir', '/tmp/output'] })
if (BENCH_WAIT)
  process.once('exit', () => {
    const waited = Number(process.hrtime.bigint() - end) / 1e6
    process.getBuiltinModule('node:fs').writeFileSync(BENCH_WAIT, String(waited))
  })

if (BENCH_WORK !== '0') await new Promise((resolve) => setTimeout(resolve, Number(BENCH_WORK)))
followed.note({ projectName: 'sales', objectCounts: { models: 3, charts: 2 } })
