import { ENDPOINT_SHAPE } from './endpoint.ts'
import { UNMATCHED } from './placeholders.ts'
import { fit, type Safe } from './safe.ts'

/**
 * Express 5 and Koa, a part that may be missing: /models{/:name}, /models/{:name}, /:file{.:ext}. Behind a name, braces
 * that begin with neither a slash nor a separator and a parameter are a pattern, as in Hono's :rest{.+} and
 * :id{-?[0-9]+}.
 */
const OPTIONAL_PART = /\{(\/[^{}]*|[.-]:[^{}]*)\}|(?<!:[A-Za-z_]\w*)\{([.:-][^{}]*)\}/g

/**
 * How routers write a parameter, each turned into `{name}`. The order matters: a later row must not read what an
 * earlier one means.
 */
const SYNTAXES: readonly (readonly [syntax: RegExp, replacement: string])[] = [
  // OpenAPI, Fastify, Go, Hapi, Starlette: {id}, {id?}, {path...}, {path*2}, {*path}, {id:[0-9]{2}}
  [/\{\*{0,2}([A-Za-z_]\w*)(?:\.\.\.|[?+]|\*[0-9]*)?(?::(?:[^{}]|\{[^{}]*\})*)?\}/g, '{$1}'],
  // Next, Astro, SvelteKit: [id], [...path], [[...path]], [id=integer]
  [/\[{1,2}(?:\.\.\.)?([A-Za-z_][\w-]*)(?:=\w+)?\]{1,2}/g, '{$1}'],
  // Flask: <id>, <int:id>, <int(min=1):id>
  [/<(?:[A-Za-z_]\w*(?:\([^<>]*\))?:)?([A-Za-z_]\w*)>/g, '{$1}'],
  // Express, Hono, Koa: :id, :id?, :id(\d+), :id{[0-9]+}; Nitro, a named rest: **:path
  [/(?:\*\*)?:([A-Za-z_]\w*)(?:\((?:[^()]|\([^()]*\))*\)|\{(?:[^{}]|\{[^{}]*\})*\})?[?*+]?/g, '{$1}'],
  // Express 5 and Rails, a named rest: *path
  [/\*{1,2}([A-Za-z_]\w*)/g, '{$1}'],
  // A rest without a name: *, **, (.*)
  [/\*\*|\(\.\*\)/g, '*'],
]

/** Longer templates are not read; it also bounds the work of the patterns above. */
const LONGEST_TEMPLATE = 300

/**
 * A router's own template (never a request's path: literals are kept) in one notation: `/api/models/:name` and
 * `/api/models/[name]` are `/api/models/{name}`. Every result has the `ENDPOINT_SHAPE`. A template that can't be
 * brought to it, an empty one, and anything but a string are `<unmatched>`. A result that is passed in again comes out
 * unchanged.
 */
export function sanitizeRoute(template: string): Safe {
  if (typeof template !== 'string' || template === '' || template.length > LONGEST_TEMPLATE) return UNMATCHED
  // Flask's parameters look like this, too.
  if (template === UNMATCHED) return UNMATCHED
  const named = SYNTAXES.reduce((text, [syntax, name]) => text.replace(syntax, name), unfolded(template))
  const rooted = named.startsWith('/') ? named : `/${named}`
  return fit(ENDPOINT_SHAPE, rooted.length > 1 ? rooted.replace(/\/$/, '') : rooted) ?? UNMATCHED
}

/** The template with all that may be missing from it; again and again, for one within another: /:y{/:m{/:d}}. */
function unfolded(template: string): string {
  const flatter = template.replace(OPTIONAL_PART, '$1$2')
  return flatter === template ? template : unfolded(flatter)
}
