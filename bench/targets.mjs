/** What telemetry may cost, and what it did. Of servers that are followed, the worst is taken. */
export function targetsOf({ commands, overFloor, noise, imports, ci, loop, servers, courier }) {
  const most = (values) => Math.max(...values)
  const followed = Object.values(servers).flat()
  const apart = (kind) =>
    most(Object.values(commands).map((row) => Math.abs(row[kind].overFloor.median - overFloor[kind].median)))
  return [
    row('a command over the floor, a courier at work', overFloor['at work'].median, '≤', 4, 'ms'),
    row('a command over the floor, a courier to start', overFloor['to start'].median, '≤', 4, 'ms'),
    row(
      'one PostHog differs from all of them by (target: the noise)',
      Math.max(apart('at work'), apart('to start')),
      '≤',
      Math.round(5 * (noise.off.high - noise.off.low)) / 10,
      'ms',
    ),
    row('import of @visivo/telemetry', imports.telemetry.median, '≤', 2, 'ms'),
    row(`couriers started by ${loop.commands} commands`, loop.couriers, '≤', 5, ''),
    row('wait in CI, median, healthy server', ci['started early'].wait.median, '≤', 150, 'ms'),
    row(
      'wait in CI, longest of all',
      most(Object.values(ci).map(({ longest }) => longest)),
      '≤',
      1_000,
      'ms',
    ),
    row('server: main-thread CPU a request', most(followed.map((run) => run.moreCpu.median)), '≤', 3, 'µs'),
    row('server: requests a second', Math.min(...followed.map((run) => run.rate.median)), '≥', 0.95, '×'),
    row('server: p99', most(followed.map((run) => run.p99.median)), '≤', 1.1, '×'),
    row('server: memory', most(followed.map((run) => run.moreMegabytes)), '≤', 30, 'MB'),
    row(
      'server: requests served and not counted',
      most(followed.map((run) => Math.abs(run.served - run.arrived))),
      '≤',
      0,
      '',
    ),
    ...(courier ? [row('CPU of a courier for one event', courier.median, '≤', 150, 'ms')] : []),
  ]
}

function row(what, seen, relation, limit, unit) {
  const isMet = relation === '≤' ? seen <= limit : seen >= limit
  return { what, seen, target: `${relation} ${limit} ${unit}`.trim(), unit, isMet }
}
