import { createHash } from 'node:crypto'
import charts from './page/charts.js?raw'
import draw from './page/draw.js?raw'
import events from './page/events.js?raw'
import look from './page/look.css?raw'
import markup from './page/page.html?raw'
import page from './page/page.js?raw'
import parts from './page/parts.css?raw'

/** The page and the policy under which it may be shown. */
export interface Page {
  readonly html: string
  /** Its Content-Security-Policy: the script and the style that stand in it, its own server, nothing else. */
  readonly policy: string
}

/** The page that `telemetry view` shows: one file, the same for everybody. What it tells of a machine it asks for. */
export function readPage(): Page {
  const style = `\n${look}${parts}`
  const script = `\n'use strict'\n${draw}${charts}${events}${page}`
  const html = markup
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`)
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  return { html, policy: policy.join('; ') }
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
