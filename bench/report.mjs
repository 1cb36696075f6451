import { availableParallelism } from 'node:os'
import { drawChart } from './chart.mjs'
import { WORK } from './ci.mjs'
import { OTHERS } from './figures.mjs'
import { CONNECTIONS } from './servers.mjs'
import { CAP } from './slow-clients.mjs'
import { targetsOf } from './targets.mjs'

const OURS = { 'at work': 'ours, a courier at work', 'to start': 'ours, a courier to start' }

/** The whole report as Markdown. */
export function renderReport(figures, settings) {
  return [
    '# What telemetry costs',
    machine(settings),
    '## The targets',
    targets(figures),
    '## A command',
    commandText(figures),
    commandTable(figures, settings),
    commandRatios(figures),
    '![What is added to a command, by client and server](benchmarks.svg)',
    commandDetails(figures),
    '## A command in CI',
    ciText(figures),
    '## A server at full load',
    serverText(settings),
    ...Object.entries(figures.servers).map(([framework, runs]) => serverTable(framework, runs)),
    '## The courier',
    courierText(figures),
    '## How it was measured',
    method(),
  ].join('\n\n')
}

/** The table of the commands as a picture. */
export function renderChart(figures) {
  const bar = (style, value) => value && { style, milliseconds: value.median, text: shortTime(value.median) }
  const groups = Object.entries(figures.commands).map(([label, row]) => ({
    label,
    bars: [
      bar('floor', figures.floors['at work']),
      bar('ours', row['at work'].cost),
      bar('start', row['to start'].cost),
      bar('fetch', row.others.fetch),
      bar('short', row.others['posthog-short']),
      bar('readme', row.others['posthog-readme']),
    ].filter(Boolean),
  }))
  const series = [
    { style: 'floor', label: 'the floor: a file written' },
    { style: 'ours', label: OURS['at work'] },
    { style: 'start', label: OURS['to start'] },
    { style: 'fetch', label: OTHERS.fetch },
    { style: 'short', label: OTHERS['posthog-short'] },
    { style: 'readme', label: 'posthog-node, as its README says' },
  ]
  return drawChart('What is added to a command, by what PostHog does (logarithmic)', series, groups)
}

function machine({ date, rounds }) {
  const { version, platform, arch } = process
  return `Written by \`npx -y pnpm@12 bench\` on ${date}: ${availableParallelism()} cores, Node ${version.slice(1)}, ${platform} ${arch}, ${rounds} round${rounds === 1 ? '' : 's'}. Differences and ratios are medians of paired runs, with the quartiles in brackets. Run it on a quiet machine.`
}

function targets(figures) {
  const rows = targetsOf(figures).map(({ what, seen, between, target, unit, isMet }) => [
    what,
    target,
    seenIn(unit === '×' ? ratio : number, seen, between, unit),
    isMet ? 'yes' : 'no',
  ])
  const text = table(['', 'target', 'seen', 'met'], rows)
  return `${text}\n\nIn brackets: where the median lies in 19 of 20 such runs. "Met" goes by the median.`
}

function seenIn(digits, seen, between, unit) {
  return [digits(seen), between && `(${between.map(digits).join(' to ')})`, unit].filter(Boolean).join(' ')
}

function commandText({ bare, floors, noise }) {
  return `A bare Node process takes ${number(bare)} ms here. What is added to it by writing and renaming one file: ${ms(floors['at work'])}; and by starting a detached child as well: ${ms(floors['to start'])}. These are the floors. The same command against itself, as a measure of the noise: ${ms(noise)}.`
}

function commandTable({ commands }, { missing }) {
  const rows = Object.entries(commands).map(([server, row]) => [
    server,
    ms(row['at work'].cost),
    ms(row['to start'].cost),
    ...Object.keys(OTHERS).map((client) => (row.others[client] ? shortTime(row.others[client].median) : '–')),
  ])
  const text = table(['PostHog is', ...Object.values(OURS), ...Object.values(OTHERS)], rows)
  return missing.length > 0 ? `${text}\n\nNot made here, for lack of rights: ${missing.join(', ')}.` : text
}

function commandRatios({ byFloor, byBare }) {
  const rows = Object.entries({ ...OURS, ...OTHERS }).map(([name, words]) => [
    words,
    number(byBare[name]),
    name in byFloor ? number(byFloor[name]) : '–',
  ])
  const head = ['added to a command', 'starts of a bare Node process', 'times its floor']
  return `As ratios, which carry over to a machine that is slower or quicker (the others beside a healthy PostHog):\n\n${table(head, rows)}`
}

function commandDetails({ commands, overFloor, imports, fullOutbox, loop }) {
  const rows = Object.entries(commands).map(([server, row]) => [
    server,
    ms(row['at work'].overFloor),
    ms(row['to start'].overFloor),
  ])
  rows.push(['all together', ms(overFloor['at work']), ms(overFloor['to start'])])
  return [
    'Ours, over the floor beside it; a command asks no server, so that all of them together say most:',
    table(['PostHog is', ...Object.values(OURS)], rows),
    `With 1,000 events that wait already, and PostHog away: ${ms(fullOutbox)} over the command with telemetry off.`,
    `The import of @visivo/telemetry: ${ms(imports.telemetry)} over a bare process; of a package with nothing in it, which is what Node takes to find one: ${ms(imports.empty)}; ours over that one: ${ms(imports.overEmpty)}; of posthog-node: ${ms(imports.posthog)}.`,
    `${loop.commands} commands in a row started ${loop.couriers} courier${loop.couriers === 1 ? '' : 's'}; ${loop.distinct} of their events arrived, ${loop.arrived - loop.distinct} of them twice.`,
  ].join('\n\n')
}

function ciText({ ci }) {
  const rows = Object.entries(ci).map(([name, { wait, longest, whole }]) => [
    name,
    `${spread(wait)} ms`,
    `${number(longest)} ms`,
    ms(whole),
  ])
  return `There a command waits for its courier, a second at most, because a detached child is killed with its parent. This command works for ${WORK} ms; a courier that is started early has loaded by then. The whole command is compared with itself with telemetry off.\n\n${table(['courier', 'wait', 'longest wait', 'whole command'], rows)}`
}

function serverText({ load: { rounds, slices, milliseconds } }) {
  const seconds = Math.round((rounds * slices * milliseconds) / 1_000)
  return `${CONNECTIONS} connections, each with its next request as soon as the last is answered, for ${seconds} s on each port: ${rounds} rounds of ${slices} slices of ${milliseconds} ms. Every process answers on two ports, one followed and one without telemetry, and takes its slices from both in turn: two processes of the very same program differ by up to 20% from each other, and so does one process from itself a second later. A round is summed up, and the rounds are compared. "None" has no telemetry on either port: it shows the noise. "CPU" is that of the main thread for a request; "threads" what the courier's and Node's own threads take of one core beyond those of a process without telemetry; "memory" what such a process has less. Load, server and PostHog share the cores. Garbage is collected every few slices, in whichever it falls. What was not delivered when the server ended went out with the next command; then the sum of \`request_count\` was taken.`
}

function serverTable(framework, runs) {
  const rows = runs.map((run) => [
    run.name,
    number(run.perSecond),
    ratios(run.rate),
    ratios(run.p99),
    `${number(run.cpu)} µs`,
    `${spread(run.moreCpu)} µs`,
    `${number(run.threads * 100)}%`,
    `${number(run.megabytes)} MB (${run.moreMegabytes < 0 ? '' : '+'}${number(run.moreMegabytes)})`,
    run.isFollowed ? `${run.served} / ${run.arrived} (${run.events})` : '–',
  ])
  const head = [
    'PostHog is',
    'requests/s',
    'ratio',
    'p99 ratio',
    'CPU',
    'more CPU',
    'threads',
    'memory',
    'served / counted (events)',
  ]
  const title = { http: 'Node’s http', hono: 'Hono, an application with a middleware of its own' }[framework]
  return `### ${title}\n\n${table(head, rows)}`
}

function courierText({ courier, imports }) {
  const cpu = courier
    ? `From its start to its end, its seconds of waiting for more included, a courier takes ${spread(courier)} ms of CPU for one command’s events.`
    : 'Its CPU is measured on Linux only.'
  return `${cpu} It is bundled with posthog-node into one file, which loads in ${ms(imports.bundled)}; posthog-node as published loads in ${ms(imports.posthog)}.`
}

function method() {
  return [
    '- Every round runs every variant once, each in a process of its own. What is compared with each other runs next to each other, in an order by chance, and only differences within a round are used.',
    '- "Off" is the same command with `DO_NOT_TRACK=1`. "To start": the courier before was ended and forgotten. "At work": a courier is alive, or, when PostHog refuses, all are asked to wait.',
    `- posthog-node as its README says (\`capture\`, \`await shutdown()\`), with one attempt of 800 ms and \`process.exit\`, and a plain \`fetch\` are measured over a bare process. What takes seconds ran once, side by side, and was ended after ${CAP / 1_000} s.`,
    '- All servers are on this machine. "Slow" answers after 5 s, "hanging" accepts and never answers, "refused" is a closed port, "DNS silent" a name server that answers no question.',
  ].join('\n')
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function ms(value) {
  return `${value.median < 0 ? '−' : '+'}${number(Math.abs(value.median))} ms (${number(value.low)} to ${number(value.high)})`
}

function spread({ median, low, high }) {
  return `${number(median)} (${number(low)} to ${number(high)})`
}

function ratios({ median, low, high }) {
  return `${ratio(median)} (${ratio(low)} to ${ratio(high)})`
}

/** A hundredth more or less decides whether one is met. */
function ratio(value) {
  return value.toFixed(3)
}

function shortTime(milliseconds) {
  if (milliseconds === Number.POSITIVE_INFINITY) return `> ${CAP / 1_000} s`
  return milliseconds < 1_000 ? `+${number(milliseconds)} ms` : `+${number(milliseconds / 1_000)} s`
}

/** Three digits, without a needless fraction. */
function number(value) {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  const text = value.toFixed(digits)
  return (digits > 0 ? text.replace(/\.?0+$/, '') : text).replace(/^-0$/, '0').replace('-', '−')
}
