import { type Command, InvalidArgumentError } from 'commander'
import { UsageError } from './errors.ts'
import type { Invoke } from './program.ts'
import { wholeNumber } from './whole-number.ts'

const EXAMPLES = `
All of them work offline, with telemetry off and with a configuration that is broken, and record nothing.

  visivo telemetry                   is it on, because of what, and what waits
  visivo telemetry off               nothing is recorded any more, and what waits is removed
  visivo telemetry off --project     the same for everybody who works on this project
  visivo telemetry show              what waits and what was sent last, as it is sent
  visivo telemetry log --since 2d    one line for each event of the last two days
  VISIVO_TELEMETRY_DEBUG=1 visivo …  shows what that command would send, and sends nothing`

/** Declares `visivo telemetry` and everything below it. Each command's code is loaded only when it runs. */
export function telemetryCommands(program: Command, invoke: Invoke): void {
  const telemetry = program
    .command('telemetry')
    .description('look at what is recorded about the use of visivo, and switch it')
    .option('--json', 'print JSON for another program')
    .option('-w, --working-dir <dir>', 'the project whose settings count (default: this directory)')
    .addHelpText('after', EXAMPLES)
    .helpCommand('help [command]', 'print the help of a command')
    .action(invoke(loadStatus))

  telemetry
    .command('status')
    .description('on or off and why, where events go, what waits (what `visivo telemetry` shows)')
    .action(invoke(loadStatus))
  lookCommands(telemetry, invoke)
  switchCommands(telemetry, invoke)
  careCommands(telemetry, invoke)
}

async function loadStatus(command: Command) {
  const [unknown] = command.args
  if (unknown !== undefined) throw new UsageError(await describeUnknown(command, unknown))
  return (await import('./commands/telemetry/status.ts')).status
}

async function describeUnknown(command: Command, word: string): Promise<string> {
  const { renderNearNames } = await import('./project/near-names.ts')
  const names = command.commands.flatMap((child) => [child.name(), ...child.aliases()])
  return `unknown command 'telemetry ${word}'.${renderNearNames(word, names)}\nRun visivo telemetry --help.`
}

/** Those that only look. */
function lookCommands(telemetry: Command, invoke: Invoke): void {
  telemetry
    .command('show')
    .description('the JSON of what waits and of what was sent last')
    .option('-n, --last <number>', 'how many of the sent events', wholeNumber(0, 100_000), 10)
    .action(invoke(async () => (await import('./commands/telemetry/show.ts')).show))
  telemetry
    .command('log')
    .description('what was sent and when, one line for each event')
    .option('--event <name>', 'only events of this name', once)
    .option('--since <time>', 'only what was sent since: 30m, 12h, 2d or 2026-01-31', parseTime)
    .option('-f, --follow', 'go on with what is sent from now on, until Ctrl-C')
    .action(invoke(async () => (await import('./commands/telemetry/log.ts')).log))
  telemetry
    .command('view')
    .description('look at all of it in your browser')
    .option('-p, --port <number>', 'port on this machine; 0 takes any free one', wholeNumber(0, 65535), 0)
    .option('--no-open', 'only print the address')
    .action(invoke(async () => (await import('./commands/telemetry/view.ts')).view))
  telemetry
    .command('schema')
    .description('everything an event can hold, and why')
    .action(invoke(async () => (await import('./commands/telemetry/schema.ts')).schema))
}

function switchCommands(telemetry: Command, invoke: Invoke): void {
  const project = ['--project', 'in project.visivo.yml, for everybody who works on the project'] as const
  telemetry
    .command('on')
    .alias('enable')
    .description('switch it on in ~/.visivo/config.yml')
    .option(...project)
    .action(invoke(async () => (await import('./commands/telemetry/switch.ts')).on))
  telemetry
    .command('off')
    .alias('disable')
    .description('switch it off in ~/.visivo/config.yml, and remove what waits')
    .option(...project)
    .action(invoke(async () => (await import('./commands/telemetry/switch.ts')).off))
}

function careCommands(telemetry: Command, invoke: Invoke): void {
  telemetry
    .command('flush')
    .description('send what waits now; fails when something still waits afterwards')
    .action(invoke(async () => (await import('./commands/telemetry/flush.ts')).flushNow))
  telemetry
    .command('doctor')
    .description('find out why nothing arrives, and what to do about it')
    .action(invoke(async () => (await import('./commands/telemetry/doctor.ts')).doctor))
  telemetry
    .command('reset')
    .description('replace the random id of this machine by a new one')
    .action(invoke(async () => (await import('./commands/telemetry/remove.ts')).resetId))
  telemetry
    .command('purge')
    .description('remove everything that telemetry wrote on this machine')
    .action(invoke(async () => (await import('./commands/telemetry/remove.ts')).purgeAll))
}

/** Of two, only the last would be shown, and nobody told. */
function once(text: string, before: unknown): string {
  if (before === undefined) return text
  throw new InvalidArgumentError('It can be given once.')
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `12h`, `2d` before now, or a date in ISO 8601. */
function parseTime(text: string): Date {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ago = UNITS[unit]
  if (amount !== undefined && ago !== undefined) return new Date(Date.now() - Number(amount) * ago)
  // As the log prints it; without a zone JavaScript takes a time for one of this machine.
  const isLocal = /\d:\d\d(?::\d\d)?(?:\.\d+)?$/.test(text) && !/[+-]\d\d:\d\d$/.test(text)
  const date = new Date(isLocal ? `${text}Z` : text)
  if (!isDay(text.slice(0, 10)) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It must be like 30m, 12h, 2d, 2026-01-31 or 2026-01-31T10:00:00Z.')
  return date
}

/** A day of the calendar, `2026-01-31`; JavaScript takes the 31st of February for the 3rd of March. */
function isDay(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(text) : new Date(Number.NaN)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
