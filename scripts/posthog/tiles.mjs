// The questions that the dashboard answers, top to bottom, two tiles to a row.
import { bar, line, sql, table } from './queries.mjs'

const commands = { event: 'cli_command' }
const people = { is_ci: false }
const machines = { ...commands, count: 'machines' }
const PEOPLE_SQL = `toString(properties.is_ci) = 'false'`
/** The Python client's events have no count: each is one request. */
const COUNT_SQL = 'ifNull(toInt(properties.request_count), 1)'

/** In the order of the dashboard: a name, a sentence that says what is counted, and a query. */
export const TILES = [
  {
    name: 'Machines per week',
    description:
      'Different machine ids that ran a command, CI left out: a new id in every CI run would count as one each.',
    query: line({ series: [machines], where: people }),
  },
  {
    name: 'New machines per week',
    description:
      'A machine id was made: an installation, a new home directory, or a machine whose telemetry was purged.',
    query: line({ series: [{ event: 'new_installation' }], where: people }),
  },
  {
    name: 'Machines by version',
    description: 'Which versions are in use, week by week.',
    query: line({ series: [machines], where: people, by: 'visivo_version' }),
  },
  {
    name: 'Machines by platform',
    description: 'Which operating systems are in use, week by week.',
    query: line({ series: [machines], where: people, by: 'platform' }),
  },
  {
    name: 'Machines by command',
    description: 'How many machines use each command; a mistyped one is <unknown>.',
    query: bar({ series: [machines], where: people, by: 'command' }),
  },
  {
    name: 'Runs in CI and by people',
    description: 'Commands, not machines: in CI every run has an id of its own.',
    query: line({ series: [commands], by: 'is_ci' }),
  },
  {
    name: 'Failure rate',
    description: 'The share of commands that did not work, in percent.',
    query: line({
      series: [{ ...commands, where: { success: false } }, commands],
      where: people,
      formula: 'A / B * 100',
    }),
  },
  {
    name: 'Errors by class',
    description: 'Which classes of errors end commands. There are no messages.',
    query: table({ series: [{ ...commands, where: { success: false } }], where: people, by: 'error_type' }),
  },
  {
    name: 'Duration of a run',
    description:
      'Half of the runs that worked are faster than the first line, nine of ten faster than the second; milliseconds.',
    query: line({
      series: ['median', 'p90'].map((math) => ({
        ...commands,
        math,
        of: 'duration_ms',
        // One that was refused for a typo took 3 ms.
        where: { command: 'run', success: true },
      })),
      where: people,
    }),
  },
  {
    name: 'Projects per week',
    description: 'Different project names, by their pseudonyms. One name is one project wherever it is used.',
    query: sql(`SELECT toStartOfWeek(timestamp) AS week, count(DISTINCT properties.project_hash) AS projects
FROM events
WHERE event IN ('cli_command', 'api_request')
  AND ${PEOPLE_SQL}
  AND notEmpty(toString(properties.project_hash))
  AND timestamp >= toStartOfWeek(now() - INTERVAL 12 WEEK)
GROUP BY week
ORDER BY week`),
  },
  {
    name: 'From the first run to a served project',
    description:
      'Of the machines that were new in the last twelve weeks: how many have compiled, run and served, and it worked. A run compiles and serve runs, so each stands for what comes before it. A machine that only has visivo-api counts as one that served: what it serves was compiled and run somewhere.',
    // No funnel: the command that showed the notice is in no event, and whoever began with compile never came further.
    query:
      sql(`SELECT count() AS new_machines, countIf(step >= 1) AS compiled, countIf(step >= 2) AS ran, countIf(step >= 3) AS served
FROM (
  SELECT distinct_id,
    max(CASE
      WHEN event = 'api_request' OR properties.command = 'serve' THEN 3
      WHEN properties.command = 'run' THEN 2
      WHEN properties.command = 'compile' THEN 1
      ELSE 0
    END) AS step
  FROM events
  WHERE event IN ('new_installation', 'cli_command', 'api_request')
    AND ${PEOPLE_SQL}
    AND ifNull(toString(properties.success), 'true') = 'true'
    AND timestamp > now() - INTERVAL 12 WEEK
  GROUP BY distinct_id
  HAVING countIf(event = 'new_installation') > 0
)`),
  },
  {
    name: 'Requests by route',
    description:
      'The sum of request_count: one event of a busy server stands for many requests, one without a count for one.',
    query: table({ series: [{ event: 'api_request', reckoned: `sum(${COUNT_SQL})` }], by: 'endpoint' }),
  },
  {
    name: 'Routes: failures and mean duration',
    description:
      'Weighted by request_count, because an event holds the mean of the requests that it stands for.',
    query: sql(`SELECT properties.endpoint AS endpoint,
  sum(${COUNT_SQL}) AS requests,
  round(100 * sumIf(${COUNT_SQL}, toInt(properties.status_code) >= 500) / requests, 2) AS failed_percent,
  round(sum(toFloat(properties.duration_ms) * ${COUNT_SQL}) / requests) AS mean_ms
FROM events
WHERE event = 'api_request' AND timestamp > now() - INTERVAL 30 DAY
GROUP BY endpoint
ORDER BY requests DESC
LIMIT 100`),
  },
  {
    name: 'Events that never arrived',
    description: 'The sum of dropped_events: over the caps, too old, refused or damaged. Zero is good.',
    query: line({
      // Whichever event comes next on a machine carries the number.
      series: ['cli_command', 'api_request', 'new_installation'].map((event) => ({
        event,
        math: 'sum',
        of: 'dropped_events',
      })),
      formula: 'A + B + C',
    }),
  },
]
