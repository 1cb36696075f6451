// What the page is drawn with. Text only ever becomes text: nothing in the page's script parses HTML.

const byId = (id) => document.getElementById(id)

/** An element with attributes (`false` and `undefined` leave one out) and children, strings being text. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value)
  node.append(...children)
  return node
}

/**
 * Makes the children of `parent` stand for `items`, in their order, and keeps every child whose key is still there:
 * what is open stays open, and the focus stays where it is.
 */
function keep(parent, items, keyOf, create, refresh = () => {}) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : undefined
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]))
  const keys = new Set(items.map(keyOf))
  // First, or all that stand behind one that goes would be moved.
  for (const [key, node] of before) if (!keys.has(key)) node.remove()
  items.forEach((item, index) => {
    const key = keyOf(item)
    const node = before.get(key) ?? create(item)
    node.dataset.key = key
    refresh(node, item)
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null)
  })
  // What is moved loses it.
  if (focused !== document.activeElement) focused?.focus({ preventScroll: true })
}

/** Sets a text only when it changed, so that a screen reader says it once. */
function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

const locale = navigator.language.startsWith('en') ? navigator.language : 'en-GB'
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(locale, options)
  return (iso) => formatter.format(new Date(iso))
}
const clock = format({ hour: '2-digit', minute: '2-digit' })
const day = format({ day: 'numeric', month: 'short' })
const moment = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const exactly = format({ dateStyle: 'long', timeStyle: 'medium' })
const number = (value) => value.toLocaleString(locale)
const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`

/** Milliseconds as a person says them. */
function lasting(milliseconds) {
  if (milliseconds < 1_000) return `${number(Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1_000
  if (seconds < 60) return `${number(Math.round(seconds * 10) / 10)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${number(Math.round(minutes / 6) / 10)} h`
}

const TOKEN_OF_JSON = /("(?:\\.|[^"\\])*")(?=\s*:)/g

/** JSON as text, its keys marked; `whyOf` gives what a key is there for. */
function makeJson(value, whyOf) {
  const text = JSON.stringify(value, null, 2)
  const code = make('code')
  let done = 0
  for (const { 0: key, index } of text.matchAll(TOKEN_OF_JSON)) {
    code.append(text.slice(done, index), make('span', { class: 'key', title: whyOf(JSON.parse(key)) }, key))
    done = index + key.length
  }
  code.append(text.slice(done))
  return make('pre', { tabindex: '0', role: 'region', 'aria-label': 'The event as JSON' }, code)
}
