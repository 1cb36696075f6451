// The events that wait and those that left, each with its exact JSON, and the catalogue.

function drawWaiting() {
  const { waiting, waitingOfOthers, waitingElsewhere } = state
  say(byId('waiting-count'), waiting.length === 0 ? '' : number(waiting.length))
  const ofOthers = waitingOfOthers
    ? ` ${plural(waitingOfOthers, 'more event')} of another version ${waits(waitingOfOthers)} for that one, or for an hour.`
    : ''
  const elsewhere = waitingElsewhere
    ? ` ${plural(waitingElsewhere, 'more event')} ${waits(waitingElsewhere)} for a PostHog that is not configured here.`
    : ''
  say(byId('waiting-text'), `${sayWaiting(waiting.length, state)}${ofOthers}${elsewhere}`)
  keep(byId('waiting'), waiting.toReversed(), ({ event }) => event.uuid, makeEvent)
}

const waits = (count) => (count === 1 ? 'waits' : 'wait')

function sayWaiting(count, { canSend, recording, decision }) {
  if (count === 0)
    return recording
      ? 'Nothing waits. An event waits here for a few seconds, until a background process has taken it along.'
      : 'Nothing waits, and as things are nothing will.'
  if (!decision.enabled) return 'These are not sent while telemetry is off.'
  if (!canSend) return 'No background process can be started here, so these wait until one can.'
  return 'These leave with the next try, unless you turn it off first: then they are removed.'
}

/** Shows only the events of one bar or one row; all of them without an argument. */
function show(chosen) {
  filter = chosen
  listed = A_PAGE_OF
  drawTimeline()
  drawUses()
  drawSent()
}

function isShown({ at, event, means }) {
  if (!filter) return true
  if (filter.name !== undefined) return filter.name === means.name && filter.event === event.event
  return at >= filter.from && at < filter.to
}

function drawSent() {
  const { sent } = state
  const chosen = sent.filter(isShown).reverse()
  say(byId('sent-count'), sent.length === 0 ? '' : number(sent.length))
  say(byId('sent-text'), saySent(chosen.length))
  byId('all').hidden = !filter
  byId('more').hidden = chosen.length <= listed
  say(byId('more'), `Show ${number(Math.min(A_PAGE_OF, chosen.length - listed))} more`)
  keep(byId('events'), chosen.slice(0, listed), ({ at, event }) => `${at} ${event.uuid}`, makeEvent)
}

function saySent(count) {
  if (filter) return `Only ${filter.label}: ${plural(count, 'event')}.`
  if (count === 0) return 'Nothing so far.'
  return 'The newest first; open one to read all of it. PostHog’s library adds its own name and version to each.'
}

/** One event: a line, and behind it everything that was sent. The JSON is made when it is asked for. */
function makeEvent({ at, event, means }) {
  const { name, detail, times, failed, duration } = means
  const end = make('span', { class: 'end' })
  if (times > 1) end.append(make('span', {}, `${number(times)} times`))
  if (failed) end.append(make('span', { class: 'bad' }, 'failed'))
  if (duration !== undefined) end.append(make('span', { class: 'soft' }, lasting(duration)))
  const when = at ?? event.timestamp
  const summary = make(
    'summary',
    {},
    make('time', { datetime: when, title: exactly(when) }, moment(when)),
    make('span', { class: 'what mono' }, name, ' ', make('span', { class: 'soft' }, detail)),
    end,
  )
  const details = make('details', {}, summary)
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(makeExact(event))
  })
  return make('li', {}, details)
}

function makeExact(event) {
  const copy = make('button', { class: 'plain', type: 'button' }, 'Copy')
  copy.onclick = async () => {
    const done = await navigator.clipboard.writeText(JSON.stringify(event, null, 2)).then(
      () => true,
      () => false,
    )
    say(copy, done ? 'Copied' : 'Not allowed')
  }
  const { common, events } = state.catalogue
  const known = { ...state.envelope, ...state.stamps, ...common, ...events[event.event]?.properties }
  const whyOf = (key) => (Object.hasOwn(known, key) ? known[key].why : undefined)
  return make('div', { class: 'exact' }, makeJson(event, whyOf), copy)
}

/** The catalogue does not change while the page is open. */
function drawCatalogue() {
  const box = byId('catalogue')
  if (box.firstChild) return
  const { events, common } = state.catalogue
  for (const [name, { when, properties }] of Object.entries(events)) {
    box.append(make('h3', { class: 'mono' }, name), make('p', { class: 'soft small' }, when))
    if (Object.keys(properties).length > 0) box.append(makeReasons(properties))
  }
  box.append(make('h3', {}, 'With every event'), makeReasons({ ...state.envelope, ...common }))
  box.append(make('h3', {}, 'Said to PostHog with every event'), makeReasons(stampsInWords(state.stamps)))
}

function stampsInWords(stamps) {
  const rows = Object.entries(stamps).map(([name, { schema, why }]) => [
    'const' in schema ? `${name}: ${JSON.stringify(schema.const)}` : name,
    { why },
  ])
  return Object.fromEntries(rows)
}

function makeReasons(properties) {
  const rows = Object.entries(properties).map(([name, { why, optional }]) => {
    const text = optional ? `${why} Only where there is one.` : why
    return make('div', {}, make('dt', { class: 'mono' }, name), make('dd', {}, ...inlineCode(text)))
  })
  return make('dl', { class: 'reasons' }, ...rows)
}

/** What stands between backticks becomes code. */
function inlineCode(text) {
  return text.split('`').map((part, index) => (index % 2 ? make('code', {}, part) : part))
}
