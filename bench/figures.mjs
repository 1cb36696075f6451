import { differences, median, pairedDifference, pairedRatio, summary } from './statistics.mjs'

/** The clients that are compared with ours, with the words for them. */
export const OTHERS = {
  fetch: 'a fetch',
  'posthog-short': 'posthog-node, short timeouts',
  'posthog-readme': 'posthog-node',
}

/** What every process of its kind has to do: to write a file, and to start a child as well. */
const FLOORS = { 'at work': 'file', 'to start': 'file and child' }

/** The raw times of a run, as the differences and ratios that are judged. All differences are in milliseconds. */
export function figuresOf({ commands, slow, standIns, ci, loop, servers, courier }) {
  const over = (group, name, reference) => pairedDifference(commands[group][name], commands[group][reference])
  /** A command asks no server, so one is as good as another: together they tell a figure from its noise. */
  const together = (each) => summary(standIns.flatMap((server) => each(commands[server])))
  const other = (server, client) => {
    const name = `${server}: ${client}`
    if (commands.others[name]) return over('others', name, 'nothing')
    return slow[name] && summary(slow[name].map((took) => took - median(commands.others.nothing)))
  }
  const kinds = Object.keys(FLOORS)
  const bare = median(commands.imports.nothing)
  const floors = byName(kinds, (kind) => together((times) => differences(times[FLOORS[kind]], times.nothing)))
  const costs = byName(kinds, (kind) => together((times) => differences(times[kind], times.off)))
  return {
    bare,
    noise: over('off', 'again', 'off'),
    floors,
    /** What carries over to a machine that is slower: the cost by its floor, and by the start of a bare process. */
    byFloor: byName(kinds, (kind) => costs[kind].median / floors[kind].median),
    byBare: {
      ...byName(kinds, (kind) => costs[kind].median / bare),
      ...byName(Object.keys(OTHERS), (client) => other('healthy', client)?.median / bare),
    },
    commands: byName(standIns, (server) => ({
      ...byName(kinds, (kind) => ({
        cost: over(server, kind, 'off'),
        overFloor: summary(overFloor(commands[server], kind)),
      })),
      others: byName(Object.keys(OTHERS), (client) => other(server, client)),
    })),
    overFloor: byName(kinds, (kind) => together((times) => overFloor(times, kind))),
    fullOutbox: over('off', 'full outbox', 'off'),
    imports: {
      ...byName(['empty', 'telemetry', 'posthog', 'bundled'], (name) => over('imports', name, 'nothing')),
      overEmpty: over('imports', 'telemetry', 'empty'),
    },
    ci: byName(Object.keys(ci.waits), (name) => ({
      whole: pairedDifference(ci.times[name], ci.times.off),
      wait: summary(ci.waits[name]),
      longest: Math.max(...ci.waits[name]),
    })),
    loop,
    courier: courier.length > 0 ? summary(courier) : undefined,
    servers: byName(Object.keys(servers), (framework) => serverFigures(servers[framework])),
  }
}

/** What a command adds to itself with telemetry off, less what its floor adds to a bare process, round by round. */
function overFloor(times, kind) {
  const floor = differences(times[FLOORS[kind]], times.nothing)
  return differences(differences(times[kind], times.off), floor)
}

function byName(names, value) {
  return Object.fromEntries(names.map((name) => [name, value(name)]))
}

/**
 * The two ports of each process against each other, and its memory against that of the process without telemetry,
 * whose two ports are the same: what they differ by is the noise.
 */
function serverFigures(runs) {
  return Object.entries(runs).map(([name, { isFollowed, rounds, served, arrived, events }]) => {
    const column = (kind, key) => rounds.map((round) => round[kind][key])
    const both = (key) => [column('followed', key), column('plain', key)]
    const unfollowed = (key) => runs.none.rounds.map(({ followed }) => followed[key])
    return {
      name,
      isFollowed,
      perSecond: median(column('followed', 'perSecond')),
      cpu: median(column('followed', 'cpu')),
      megabytes: median(lastHalf(column('followed', 'megabytes'))),
      rate: pairedRatio(...both('perSecond')),
      p99: pairedRatio(...both('p99')),
      moreCpu: pairedDifference(...both('cpu')),
      /** What the threads beside the main one take, as a share of one core. */
      threads: median(column('followed', 'threads')) - median(unfollowed('threads')),
      moreMegabytes: pairedDifference(
        lastHalf(column('followed', 'megabytes')),
        lastHalf(unfollowed('megabytes')),
      ).median,
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
