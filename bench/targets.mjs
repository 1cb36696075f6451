/**
 * What telemetry may cost, and what it did, with the interval in which the middle lies. Of servers that are followed,
 * the worst is taken.
 */
export function targetsOf({ commands, overFloor, noise, imports, ci, loop, servers, courier }) {
  const followed = Object.values(servers)
    .flat()
    .filter(({ isFollowed }) => isFollowed)
  return [
    row('a command over the floor, a courier at work', overFloor['at work'], '≤', 4, 'ms'),
    row('a command over the floor, a courier to start', overFloor['to start'], '≤', 4, 'ms'),
    row(
      'one PostHog differs from all of them by (target: the noise)',
      farthestApart(commands, overFloor),
      '≤',
      Math.round(5 * (noise.high - noise.low)) / 10,
      'ms',
    ),
    row('import of @visivo/telemetry', imports.telemetry, '≤', 2, 'ms'),
    row('the same over an import of a package with nothing in it', imports.overEmpty, '≤', 2, 'ms'),
    row(`couriers started by ${loop.commands} commands`, { median: loop.couriers }, '≤', 5, ''),
    row('wait in CI, healthy server', ci['started early'].wait, '≤', 150, 'ms'),
    row(
      'wait in CI, longest of all',
      most(ci, ({ longest }) => ({ median: longest })),
      '≤',
      1_000,
      'ms',
    ),
    row(
      'server: main-thread CPU a request',
      most(followed, (run) => run.moreCpu),
      '≤',
      3,
      'µs',
    ),
    row(
      'server: requests a second',
      least(followed, (run) => run.rate),
      '≥',
      0.95,
      '×',
    ),
    row(
      'server: p99',
      most(followed, (run) => run.p99),
      '≤',
      1.1,
      '×',
    ),
    row(
      'server: memory',
      most(followed, (run) => ({ median: run.moreMegabytes })),
      '≤',
      30,
      'MB',
    ),
    row(
      'server: requests served and not counted',
      most(followed, (run) => ({ median: Math.abs(run.served - run.arrived) })),
      '≤',
      0,
      '',
    ),
    ...(courier ? [row('CPU of a courier for one event', courier, '≤', 150, 'ms')] : []),
  ]
}

function farthestApart(commands, overFloor) {
  const apart = Object.values(commands).flatMap((row) =>
    Object.keys(overFloor).map((kind) => Math.abs(row[kind].overFloor.median - overFloor[kind].median)),
  )
  return { median: Math.max(...apart) }
}

function most(runs, figureOf) {
  return Object.values(runs)
    .map(figureOf)
    .reduce((one, other) => (other.median > one.median ? other : one))
}

function least(runs, figureOf) {
  return Object.values(runs)
    .map(figureOf)
    .reduce((one, other) => (other.median < one.median ? other : one))
}

function row(what, { median, between }, relation, limit, unit) {
  const isMet = relation === '≤' ? median <= limit : median >= limit
  return { what, seen: median, between, target: `${relation} ${limit} ${unit}`.trim(), unit, isMet }
}
