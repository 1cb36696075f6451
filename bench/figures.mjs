import { median, pairedDifference, pairedRatio, summary } from './statistics.mjs'

/** The clients that are compared with ours, with the words for them. */
export const OTHERS = {
  fetch: 'a fetch',
  'posthog-short': 'posthog-node, short timeouts',
  'posthog-readme': 'posthog-node',
}

/** The raw times of a run, as the differences and ratios that are judged. All differences are in milliseconds. */
export function figuresOf({ commands, slow, standIns, ci, loop, servers, courier }) {
  const over = (name, reference) => pairedDifference(commands[name], commands[reference])
  const floors = { 'at work': 'file', 'to start': 'file and child' }
  const costs = (server, kind) => {
    const off = `${server}: off` in commands ? `${server}: off` : 'off'
    return commands[`${server}: ${kind}`].map((took, round) => took - commands[off][round])
  }
  const overFloor = (server, kind) =>
    costs(server, kind).map((cost, round) => cost - (commands[floors[kind]][round] - commands.nothing[round]))
  const ours = (server, kind) => ({
    cost: summary(costs(server, kind)),
    overFloor: summary(overFloor(server, kind)),
  })
  /** A command asks no server, so one is as good as another: together they tell a figure from its noise. */
  const together = (kind) => summary(standIns.flatMap((server) => overFloor(server, kind)))
  const other = (server, client) => {
    const name = `${server}: ${client}`
    if (commands[name]) return over(name, 'nothing')
    return slow[name] && summary(slow[name].map((took) => took - median(commands.nothing)))
  }
  return {
    bare: median(commands.nothing),
    noise: { nothing: over('nothing again', 'nothing'), off: over('off again', 'off') },
    floors: { 'at work': over('file', 'nothing'), 'to start': over('file and child', 'nothing') },
    commands: Object.fromEntries(
      standIns.map((server) => [
        server,
        {
          'at work': ours(server, 'at work'),
          'to start': ours(server, 'to start'),
          others: Object.fromEntries(Object.keys(OTHERS).map((client) => [client, other(server, client)])),
        },
      ]),
    ),
    overFloor: { 'at work': together('at work'), 'to start': together('to start') },
    fullOutbox: over('full outbox', 'off'),
    imports: {
      empty: over('import an empty package', 'nothing'),
      telemetry: over('import @visivo/telemetry', 'nothing'),
      posthog: over('import posthog-node', 'nothing'),
      bundled: over('import bundled', 'nothing'),
    },
    ci: Object.fromEntries(
      Object.entries(ci.waits).map(([name, waits]) => [
        name,
        {
          whole: pairedDifference(ci.times[name], ci.times.off),
          wait: summary(waits),
          longest: Math.max(...waits),
        },
      ]),
    ),
    loop,
    courier: courier.length > 0 ? summary(courier) : undefined,
    servers: Object.fromEntries(
      Object.entries(servers).map(([framework, runs]) => [framework, serverFigures(runs)]),
    ),
  }
}

/** A followed server against the plain one beside it in its process; its memory against a process without telemetry. */
function serverFigures({ none, ...runs }) {
  return Object.entries(runs).map(([name, { rounds, served, arrived, events }]) => {
    const column = (kind, key) => rounds.map((round) => round[kind][key])
    const both = (key) => [column('followed', key), column('plain', key)]
    const alone = (key) => none.rounds.map(({ plain }) => plain[key])
    return {
      name,
      perSecond: median(column('followed', 'perSecond')),
      cpu: median(column('followed', 'cpu')),
      megabytes: median(lastHalf(column('followed', 'megabytes'))),
      rate: pairedRatio(...both('perSecond')),
      p99: pairedRatio(...both('p99')),
      moreCpu: pairedDifference(...both('cpu')),
      /** What the threads beside the main one take, as a share of one core. */
      threads: median(column('followed', 'threads')) - median(alone('threads')),
      moreMegabytes: pairedDifference(lastHalf(column('followed', 'megabytes')), lastHalf(alone('megabytes')))
        .median,
      served,
      arrived,
      events,
    }
  })
}

/** When everything is compiled and every heap has grown: a single look would be one at the garbage of a moment. */
function lastHalf(rounds) {
  return rounds.slice(Math.floor(rounds.length / 2))
}
