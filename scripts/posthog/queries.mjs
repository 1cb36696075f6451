// PostHog's own query language, from the few words that the tiles need.

/** A line for each week of the last twelve. */
export function line(question) {
  return trends(question, 'ActionsLineGraph')
}

/** One bar for each value of a property, over the last twelve weeks. */
export function bar(question) {
  return trends(question, 'ActionsBarValue')
}

/** One row for each value of a property, over the last twelve weeks. */
export function table(question) {
  return trends(question, 'ActionsTable')
}

/** The rows of a query in PostHog's SQL. */
export function sql(query) {
  return { kind: 'DataTableNode', full: false, source: { kind: 'HogQLQuery', query } }
}

function trends({ series, where = {}, by, formula }, display) {
  return insight({
    kind: 'TrendsQuery',
    series: series.map(node),
    properties: filters(where),
    interval: 'week',
    dateRange: { date_from: '-12w' },
    trendsFilter: { display, ...(formula ? { formula } : {}) },
    ...(by ? { breakdownFilter: { breakdown: by, breakdown_type: 'event' } } : {}),
  })
}

/** No test accounts are filtered out: a project's filter for them asks for persons, and there are none. */
function insight(source) {
  return { kind: 'InsightVizNode', source: { ...source, filterTestAccounts: false } }
}

function node({ event, count, math, of, reckoned, where }) {
  return {
    kind: 'EventsNode',
    event,
    name: event,
    math: count === 'machines' ? 'dau' : reckoned ? 'hogql' : (math ?? 'total'),
    ...(of ? { math_property: of } : {}),
    ...(reckoned ? { math_hogql: reckoned } : {}),
    ...(where ? { properties: filters(where) } : {}),
  }
}

/** PostHog compares booleans by their text. */
function filters(where) {
  return Object.entries(where).map(([key, value]) => ({
    key,
    type: 'event',
    operator: 'exact',
    value: [String(value)],
  }))
}
