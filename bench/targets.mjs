/**
 * What telemetry may cost, and what it did, with the interval in which the middle lies. Of servers that are followed,
 * the worst is taken.
 */
export function targetsOf({ commands, overFloor, noise, imports, ci, loop, servers, courier }) {
  const followed = Object.values(servers)
    .flat()
    .filter(({ isFollowed }) => isFollowed)
    .map((run) => ({ ...run, uncounted: Math.abs(run.served - run.arrived) }))
  const noiseWide = Math.round(5 * (noise.high - noise.low)) / 10
  const apart = farthestApart(commands, overFloor)
  return [
    row('a command over the floor, a courier at work', '≤', 4, 'ms', overFloor['at work']),
    row('a command over the floor, a courier to start', '≤', 4, 'ms', overFloor['to start']),
    row('one PostHog differs from all of them by (target: the noise)', '≤', noiseWide, 'ms', apart),
    row('import of @visivo/telemetry', '≤', 2, 'ms', imports.telemetry),
    row('the same over an import of a package with nothing in it', '≤', 2, 'ms', imports.overEmpty),
    row(`couriers started by ${loop.commands} commands`, '≤', 5, '', { median: loop.couriers }),
    row('wait in CI, healthy server', '≤', 150, 'ms', ci['started early'].wait),
    row('wait in CI, longest of all', '≤', 1_000, 'ms', most(ci, 'longest')),
    row('server: main-thread CPU a request', '≤', 3, 'µs', most(followed, 'moreCpu')),
    row('server: requests a second', '≥', 0.95, '×', least(followed, 'rate')),
    row('server: p99', '≤', 1.1, '×', most(followed, 'p99')),
    row('server: memory', '≤', 30, 'MB', most(followed, 'moreMegabytes')),
    row('server: requests served and not counted', '≤', 0, '', most(followed, 'uncounted')),
    ...(courier ? [row('CPU of a courier for one event', '≤', 150, 'ms', courier)] : []),
  ]
}

function farthestApart(commands, overFloor) {
  const apart = Object.values(commands).flatMap((row) =>
    Object.keys(overFloor).map((kind) => Math.abs(row[kind].overFloor.median - overFloor[kind].median)),
  )
  return { median: Math.max(...apart) }
}

function most(runs, figure) {
  return figuresIn(runs, figure).reduce((one, other) => (other.median > one.median ? other : one))
}

function least(runs, figure) {
  return figuresIn(runs, figure).reduce((one, other) => (other.median < one.median ? other : one))
}

/** What is a number and no more has no interval. */
function figuresIn(runs, figure) {
  return Object.values(runs).map(({ [figure]: value }) =>
    typeof value === 'number' ? { median: value } : value,
  )
}

function row(what, relation, limit, unit, { median, between }) {
  const isMet = relation === '≤' ? median <= limit : median >= limit
  return { what, seen: median, between, target: `${relation} ${limit} ${unit}`.trim(), unit, isMet }
}
