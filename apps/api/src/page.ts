import { html, raw } from 'hono/html'
import type { Outline } from './store.ts'

/** What the index page tells. */
export interface PageView {
  /** Or why there is none that can be shown. */
  readonly project: PageProject | string
  /** The project's name, or what stands in its place. */
  readonly title: string
  readonly version: string
}

/** The parts of a project that have a link on the page. */
export interface PageProject {
  readonly dashboards: readonly string[]
  readonly models: readonly { readonly name: string; readonly outline: Outline | undefined }[]
}

type Html = ReturnType<typeof html>

/** Light and dark, no fonts or images to fetch. Its hash stands in the page's Content-Security-Policy. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --paper: #fff; --link: #0b57b4 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #9aa5b4; --line: #333c48; --paper: #14181e; --link: #7db4ff }
}
body { margin: 0 auto; max-width: 46rem; padding: 2.5rem 1.25rem; font: 1rem/1.55 system-ui, sans-serif;
  color: var(--ink); background: var(--paper) }
h1 { margin: 0; font-size: 1.7rem; overflow-wrap: anywhere }
h2 { margin: 2rem 0 .5rem; font-size: 1.05rem }
p, footer { color: var(--soft); margin: .35rem 0 }
ul { list-style: none; margin: 0; padding: 0 }
li { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .5rem 0; border-top: 1px solid var(--line) }
li > :first-child { flex: 1 1 14rem; overflow-wrap: anywhere }
a { color: var(--link) }
code { font: .92em ui-monospace, monospace }
footer { margin-top: 2.5rem; font-size: .9rem }
`

/** The index page, whole. Every name in it is escaped. */
export function renderPage(view: PageView): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${view.title}</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<header><h1>${view.title}</h1></header>
<main>${renderProject(view.project)}</main>
<footer>
  visivo-api ${view.version}: <a href="/api/health">health</a> · <a href="/api/project">project</a> ·
  <a href="/api/models">models</a> · <a href="/api/dashboards">dashboards</a>
  <p>What visivo tells its makers of its use: <code>visivo telemetry view</code></p>
</footer>
</body>
</html>
`
}

function renderProject(project: PageView['project']): Html {
  if (typeof project === 'string') return html`<p>${project}</p>`
  const { dashboards, models } = project
  return html`
<section><h2>Dashboards</h2>${
    dashboards.length === 0
      ? html`<p>This project has none.</p>`
      : html`<ul>${dashboards.map((name) => html`<li>${link(['dashboards', name], name)}</li>`)}</ul>`
  }</section>
<section><h2>Models</h2>${
    models.length === 0
      ? html`<p>This project has none.</p>`
      : html`<ul>${models.map((model) => renderModel(model))}</ul>`
  }</section>`
}

function renderModel({ name, outline }: PageProject['models'][number]): Html {
  const data = outline
    ? html`<span>${count(outline.rows, 'row')}, ${count(outline.columns.length, 'column')}</span>
      ${link(['models', name, 'data'], 'data')}`
    : html`<span>no data yet: <code>visivo run</code></span>`
  return html`<li>${link(['models', name], name)} ${data}</li>`
}

const link = (segments: readonly string[], text: string) =>
  html`<a href="${`/api/${segments.map(segment).join('/')}`}">${text}</a>`

/** Half of a surrogate pair, which JSON may hold, has no percent encoding: the buffer replaces it. */
const segment = (name: string) => encodeURIComponent(Buffer.from(name).toString())

const count = (amount: number, noun: string) =>
  `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`
