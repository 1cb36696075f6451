import { expect, test } from 'vitest'
import { templateOf } from './express-template.ts'

/** A layer as routers up to 2.2 have it: it keeps the path of a mount to itself, and says only whether it matches. */
const agedLayer = (pattern: RegExp, more: object = {}) => ({
  path: '',
  match(path: string) {
    const [found] = pattern.exec(path) ?? []
    this.path = found ?? ''
    return found !== undefined
  },
  ...more,
})

test.each<[string, unknown, (own: object) => readonly object[], string, string]>([
  [
    'a router that is mounted twice',
    '/x',
    (own) => {
      const handle = { stack: [agedLayer(/^\/x$/, own)] }
      return [agedLayer(/^\/one/, { handle }), agedLayer(/^\/two\/[^/]+/, { handle })]
    },
    '/two/jane/x',
    '/*/x',
  ],
  ['an array of paths', ['/a', '/b/:x'], (own) => [agedLayer(/^\/(a|b\/.*)$/, own)], '/b/jane', '/*'],
  [
    'a router at /',
    '/x',
    (own) => [agedLayer(/^/, { slash: true, handle: { stack: [agedLayer(/^\/x$/, own)] } })],
    '/x',
    '/x',
  ],
])(
  'a route of Express with a router before 2.3 is not told as if there were none: %s',
  (_sentence, path, stackWith, originalUrl, template) => {
    const route = { path }
    const app = { router: { stack: stackWith({ route }) } }
    const told: unknown = Reflect.apply(templateOf, undefined, [{ route, app, originalUrl }, app])
    expect(told).toBe(template)
  },
)
