// What happens: the address, asking every two seconds, the switch, and the state of things.

const LOOK_EVERY = 2_000
const A_PAGE_OF = 50
const FEW_ROWS = 8

let token = ''
let seen = ''
let state
let listed = A_PAGE_OF
let filter
// biome-ignore lint/style/useConst: charts.js, a part of the same script, turns it round.
let allUses = false
let looking

byId('switch').addEventListener('click', turn)
byId('all').addEventListener('click', () => show(undefined))
byId('more').addEventListener('click', () => {
  listed += A_PAGE_OF
  drawSent()
})
byId('timeline').addEventListener('keydown', walk)
document.addEventListener('visibilitychange', look)
addEventListener('hashchange', enter)
enter()

/** The address holds the token, or a ticket for it. Neither stays in the address bar; this tab remembers. */
async function enter() {
  const secret = location.hash.slice(1)
  if (/^(once\.)?[\w-]{43}$/.test(secret)) {
    history.replaceState(null, '', '/')
    token = secret.startsWith('once.') ? await redeem(secret.slice(5)) : secret
    if (token) sessionStorage.setItem('token', token)
  }
  token ||= sessionStorage.getItem('token') ?? ''
  look()
}

async function redeem(ticket) {
  const answer = await ask('/token', { ticket })
  return answer?.ok ? (await answer.json()).token : ''
}

/** Asks this page's server; nothing when it is gone. */
async function ask(path, body) {
  const headers = { authorization: `Bearer ${token}` }
  if (body) headers['content-type'] = 'application/json'
  else if (seen) headers['if-none-match'] = seen
  try {
    return await fetch(path, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
  } catch {
    return undefined
  }
}

/** Looks, and looks again after a while: only as long as somebody can see the page. */
async function look() {
  clearTimeout(looking)
  if (document.hidden) return
  const answer = await ask('/state')
  clearTimeout(looking)
  if (answer?.status === 403) return closed(LOCKED)
  if (answer?.status >= 500) closed(UNREAD)
  else if (await isTold(answer)) open()
  else closed(ENDED)
  looking = setTimeout(look, LOOK_EVERY)
}

/** Draws what an answer tells. False where it is no answer of this page's server: another program may have its port. */
async function isTold(answer) {
  if (answer?.status !== 200) return answer?.status === 304
  const told = await answer.json().catch(() => undefined)
  if (!told?.decision) return false
  seen = answer.headers.get('etag')
  state = told
  draw()
  return true
}

const LOCKED = {
  link: 'Locked',
  title: 'This page needs its address',
  text: 'Open the whole address that the terminal shows, with all that stands behind the #. An address that a browser was started with is good once.',
}
const ENDED = {
  link: 'Ended',
  title: 'This page has ended',
  text: 'The command that showed it is no longer running. What stands below is how things were then. To see them as they are now, run the command again: ',
  command: 'view',
}
const UNREAD = {
  link: 'Unread',
  title: 'This could not be read',
  text: 'It is tried again every two seconds. What stands below, if anything, is how things were before. A terminal may say more: ',
  command: 'status',
}

function closed({ link, title, text, command }) {
  byId('closed').hidden = false
  say(byId('closed-title'), title)
  say(byId('closed-text'), text)
  if (command)
    byId('closed-text').append(make('code', {}, `${state?.product.name ?? 'visivo'} telemetry ${command}`))
  say(byId('link'), link)
  byId('link').classList.remove('live')
  byId('switch').disabled = true
  byId('main').removeAttribute('aria-busy')
}

function open() {
  byId('closed').hidden = true
  byId('shown').hidden = false
  byId('switch').disabled = false
  say(byId('link'), 'Live')
  byId('link').classList.add('live')
  byId('main').removeAttribute('aria-busy')
}

async function turn() {
  byId('switch').setAttribute('aria-busy', 'true')
  const answer = await ask('/switch', { on: !state.switch.on })
  const { done, message } = answer?.ok
    ? await answer.json()
    : { done: false, message: 'It could not be changed.' }
  byId('switch').removeAttribute('aria-busy')
  byId('message').classList.toggle('bad', !done)
  say(byId('message'), message)
  look()
}

function draw() {
  const { product, recording, decision, reason, advice, contradiction } = state
  const name = product.name[0].toUpperCase() + product.name.slice(1)
  document.title = `${name} usage data: ${decision.enabled ? 'on' : 'off'}`
  for (const node of document.querySelectorAll('[data-product]')) say(node, name)
  for (const node of document.querySelectorAll('[data-version]')) say(node, product.version)
  say(byId('state-title'), decision.enabled ? 'Telemetry is on' : 'Telemetry is off')
  const because = contradiction ?? reason
  say(
    byId('reason'),
    recording
      ? 'Commands and requests leave a short, anonymous note of how they went. All of it stands below.'
      : // Not of a key, which counts as it is written alone.
        `${because.replace(/^[a-z](?=[a-z]* )/, (letter) => letter.toUpperCase())}.`,
  )
  byId('switch').setAttribute('aria-checked', String(state.switch.on))
  say(byId('switch-file'), `${state.switch.key} in ${state.switch.file}`)
  keep(
    byId('advice'),
    advice,
    (text) => text,
    (text) => make('li', {}, text),
  )
  drawFacts()
  drawSources()
  drawTimeline()
  drawUses()
  drawWaiting()
  drawSent()
  drawCatalogue()
}

function drawFacts() {
  const { destination, machineId, isCi, lastSuccess, lastFailure, nextAttempt, dropped, directory } = state
  const noId = isCi
    ? 'a new one in each run, in CI and containers'
    : 'none yet; a random one is made with the first event'
  const facts = {
    'Goes to': destination?.host ?? 'nowhere: no address and key are set',
    'Id of this machine': machineId?.id ?? noId,
    'Last time it worked': lastSuccess ? exactly(lastSuccess) : 'never yet',
    'Last time it did not': lastFailure ? `${exactly(lastFailure.at)}: ${lastFailure.reason}` : 'never',
    ...(nextAttempt ? { 'Tries again': `after ${exactly(nextAttempt)}` } : {}),
    ...(dropped ? { 'Given up': `${plural(dropped, 'event')}: too many, too old, or refused` } : {}),
    'Kept in': directory,
  }
  keep(
    byId('facts'),
    Object.entries(facts),
    ([term]) => term,
    ([term]) => make('div', {}, make('dt', {}, term), make('dd')),
    (node, [, text]) => say(node.lastChild, text),
  )
}

const SO = { off: 'off', on: 'on', silent: 'no word' }

function drawSources() {
  keep(
    byId('source-rows'),
    state.decision.checked,
    ({ source, value, verdict }) => `${source} ${value} ${verdict}`,
    ({ source, value, verdict }) =>
      make(
        'tr',
        {},
        make('th', { scope: 'row' }, source),
        make('td', {}, value),
        make('td', {}, SO[verdict]),
      ),
  )
}
