// The two charts: when events left, and what was used.

const SPANS = { minutes: 'five minutes', hour: 'an hour', day: 'a day', week: 'a week' }
const KINDS = { commands: 'command', requests: 'request', others: 'other event' }
const totalOf = ({ commands, requests, others }) => commands + requests + others

function nameOf({ from, to }) {
  const { unit } = state.timeline
  if (unit === 'day') return day(from)
  return unit === 'week' ? `the week from ${day(from)}` : `${day(from)}, ${clock(from)} to ${clock(to)}`
}

const kindsIn = (stretch) => Object.keys(KINDS).filter((kind) => stretch[kind] > 0)

function contentOf(stretch) {
  const parts = kindsIn(stretch).map((kind) => plural(stretch[kind], KINDS[kind]))
  return parts.join(', ') || 'nothing'
}

function drawTimeline() {
  const { unit, stretches } = state.timeline
  const most = Math.max(1, ...stretches.map(totalOf))
  const total = stretches.reduce((sum, stretch) => sum + totalOf(stretch), 0)
  const box = byId('timeline')
  say(
    byId('timeline-text'),
    total === 0
      ? sayNoBars(state.sent.length)
      : `Every bar is ${SPANS[unit]}; the highest stands for ${number(most)}. Choose one to see what left then.`,
  )
  box.hidden = total === 0
  if (!box.firstChild) box.append(...makeTimeline())
  const [bars, axis, legend] = box.children
  keep(
    bars,
    stretches,
    ({ from }) => from,
    () => make('button', { class: 'bar', type: 'button', tabindex: '-1' }),
    (bar, stretch) => drawBar(bar, stretch, most),
  )
  if (!bars.querySelector('[tabindex="0"]')) bars.lastChild?.setAttribute('tabindex', '0')
  say(
    axis.firstChild,
    unit === 'minutes' || unit === 'hour' ? moment(stretches[0].from) : day(stretches[0].from),
  )
  say(axis.lastChild, 'now')
  for (const item of legend.children)
    item.hidden = !stretches.some((stretch) => stretch[item.dataset.kind] > 0)
}

function sayNoBars(count) {
  return count === 0
    ? 'Nothing has left this machine so far. As soon as something does, it stands here.'
    : 'No bar stands for what left: that was more than a year ago, or by a clock that is ahead of this one. It is listed below.'
}

/** The bars, the axis below them and the legend, all of them empty of what changes. */
function makeTimeline() {
  const legend = Object.entries(KINDS).map(([kind, noun]) =>
    make('li', { 'data-kind': kind }, make('i', { class: kind }), `${noun}s`),
  )
  return [
    make('div', { class: 'bars', role: 'group', 'aria-label': 'When events left this machine' }),
    make('div', { class: 'axis soft small', 'aria-hidden': 'true' }, make('span'), make('span')),
    make('ul', { class: 'legend soft small' }, ...legend),
  ]
}

/** @param most how many events the highest bar stands for */
function drawBar(bar, stretch, most) {
  const label = nameOf(stretch)
  const isChosen = filter?.from === stretch.from
  const parts = kindsIn(stretch).map((kind) => make('span', { class: kind }))
  for (const part of parts) part.style.height = `max(2px, ${(stretch[part.className] / most) * 100}%)`
  bar.replaceChildren(...parts)
  bar.title = `${label}: ${contentOf(stretch)}`
  bar.setAttribute('aria-label', bar.title)
  bar.setAttribute('aria-pressed', String(isChosen))
  bar.onclick = () => show(isChosen ? undefined : { ...stretch, label })
}

/** The bars are one stop for the Tab key; arrows go from one to the next. */
function walk(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key]
  if (step === undefined || !event.target.classList.contains('bar')) return
  const bars = [...event.target.parentNode.children]
  const to = bars[Math.max(0, Math.min(bars.length - 1, bars.indexOf(event.target) + step))]
  event.target.setAttribute('tabindex', '-1')
  to.setAttribute('tabindex', '0')
  to.focus()
  event.preventDefault()
}

function drawUses() {
  const box = byId('uses')
  const { uses } = state
  if (uses.length === 0) return box.replaceChildren(make('p', { class: 'soft small' }, NOTHING_USED))
  if (!box.querySelector('table')) box.replaceChildren(...makeUses())
  const [table, more] = box.children
  const most = Math.max(...uses.map(({ times }) => times))
  const rows = allUses ? uses : uses.slice(0, FEW_ROWS)
  keep(
    table.tBodies[0],
    rows,
    ({ event, name }) => `${event} ${name}`,
    makeUse,
    (row, use) => {
      const [name, times, failed, typical] = row.children
      say(times, number(use.times))
      say(failed, use.failed ? number(use.failed) : '–')
      failed.classList.toggle('bad', use.failed > 0)
      say(typical, use.typical === undefined ? '–' : lasting(use.typical))
      name.lastChild.style.width = `max(3px, ${(use.times / most) * 100}%)`
      name.firstChild.setAttribute('aria-pressed', String(filter?.name === use.name))
    },
  )
  more.hidden = uses.length <= FEW_ROWS
  say(more, allUses ? 'Show fewer' : `Show all ${uses.length}`)
}

const NOTHING_USED = 'No command and no request has been told of so far.'

function makeUses() {
  const heads = ['Times', 'Failed', 'Typically']
  const head = make('tr', {}, make('th', { scope: 'col' }, 'Command or request'))
  head.append(...heads.map((text) => make('th', { scope: 'col', class: 'number' }, text)))
  const more = make('button', { class: 'plain wide', type: 'button' })
  more.onclick = () => {
    allUses = !allUses
    drawUses()
  }
  return [make('table', { class: 'uses' }, make('thead', {}, head), make('tbody')), more]
}

function makeUse({ event, kind, name }) {
  const choose = make('button', { class: 'text mono', type: 'button' }, name)
  choose.onclick = () => show(filter?.name === name ? undefined : { name, event, label: name })
  const numbers = [1, 2, 3].map(() => make('td', { class: 'number' }))
  return make(
    'tr',
    {},
    make('th', { scope: 'row' }, choose, make('div', { class: `use-bar ${kind}` })),
    ...numbers,
  )
}
